/**
 * A connection in, one whose deployments are asked by the Responses API out, for the same `chat()` and `streamChat()`.
 * Runtimes: browsers, Workers, Deno, Bun, Node. Imports: `../errors.ts`, `../schemas`, `../endpoints`, `../transport` (types), `../chat`.
 * @module
 */
export { responses } from './responses.ts'
export type { ResponsesOptions } from './request.ts'
export type { BuiltInToolEvent } from '../chat/events.ts'
