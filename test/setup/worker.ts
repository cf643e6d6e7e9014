/**
 * The Worker whose bindings the tests in workerd are given. Nothing is asked of it but its Durable Objects.
 * @module
 */
export { QuotaObject } from '../../src/quota/durable-object.ts'

export default { fetch: (): Response => new Response(null, { status: 404 }) }
