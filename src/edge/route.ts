/**
 * A method and a path in, what is asked of the relay out.
 * Runtimes: all. Imports: `./caller.ts` (types), `./deployments.ts` (types), `./refusal.ts`.
 * @module
 */
import type { Caller } from './caller.ts'
import type { RelayOperation } from './deployments.ts'
import { Refusal } from './refusal.ts'

const OPERATIONS: readonly RelayOperation[] = ['chat/completions', 'embeddings', 'responses']
/** As `created` must be a number and nobody knows one. */
const CREATED = 0

/** Something that is served. */
export type Route = { readonly operation: RelayOperation } | { readonly operation: 'models'; readonly model?: string }

/**
 * Finds what is asked. The path must be one of those served to the letter: nothing is decoded, resolved or folded.
 *
 * @throws `Refusal` 404 or 405
 */
export function routeOf(method: string, pathname: string, base: string): Route {
  const path = pathname.startsWith(`${base}/openai/v1/`) ? pathname.slice(`${base}/openai/v1/`.length) : ''
  const operation = OPERATIONS.find((one) => one === path)
  const models = /^models(?:\/([\w.-]+))?$/.exec(path)
  const allowed = operation ? 'POST' : models ? 'GET' : undefined
  if (!allowed) throw new Refusal(404, '404', 'Cannot find what this path names: the relay serves /openai/v1/chat/completions, /embeddings, /responses and /models')
  if (method !== allowed) throw new Refusal(405, '405', `Cannot serve ${method} here: it must be ${allowed}`, { headers: { allow: `${allowed}, OPTIONS` } })
  return operation ? { operation } : { operation: 'models', ...(models?.[1] && { model: models[1] }) }
}

/** Lists the deployments that a caller may use, as the v1 route lists models; or tells of one. @throws `Refusal` 404 */
export function listModels(aliases: readonly string[], caller: Caller, model: string | undefined): unknown {
  const data = aliases.filter((alias) => caller.deployments?.includes(alias) ?? true).map((id) => ({ id, object: 'model', created: CREATED, owned_by: 'relay' }))
  if (model === undefined) return { object: 'list', data }
  const found = data.find(({ id }) => id === model)
  if (!found) throw new Refusal(404, 'DeploymentNotFound', 'Cannot find a deployment of this name', { param: 'model' })
  return found
}
