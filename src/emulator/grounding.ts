/**
 * A request with `data_sources` in, what an index would add to its answer out; or the refusal of a source.
 *
 * The published specification has `data_sources` on v1 as on the deployments route, so it is taken on both. Runtimes: all. Imports: `./bodies.ts`,
 * `./deployments.ts` (types), `./request.ts`.
 * @module
 * @see https://learn.microsoft.com/azure/ai-services/openai/references/on-your-data
 * @see https://github.com/microsoft/sample-app-aoai-chatGPT/issues/1476 for models after gpt-4o, which do not know the parameter
 * @see https://github.com/microsoft/copilot-camp/issues/429 for the words of a refused source
 */
import { invalidSource, openaiError } from './bodies.ts'
import type { Reply } from './bodies.ts'
import type { DeploymentOptions } from './deployments.ts'
import { isObject, object } from './request.ts'
import type { JsonObject } from './request.ts'

/** The kinds of sources; the first two are named by an endpoint, the others by names of their own. */
const KINDS: readonly unknown[] = ['azure_search', 'elasticsearch', 'azure_cosmos_db', 'pinecone', 'mongo_db']

/** Returns what the model or On Your Data refuses. */
export function refuseSources({ data_sources: sources }: JsonObject, { model }: DeploymentOptions): Reply | undefined {
  if (sources === undefined) return undefined
  if (!model.startsWith('gpt-4o')) return openaiError(400, 'Unrecognized request argument supplied: data_sources', null, '')
  const { type, parameters } = object(Array.isArray(sources) && sources.length === 1 ? sources[0] : undefined)
  const kind = KINDS.indexOf(type)
  const keys = isObject(parameters) ? ['/endpoint', '/index_name', '/authentication'].slice(kind < 2 ? 0 : 1).filter((key) => !(key.slice(1) in parameters)) : ['']
  const places = kind < 0 ? ['type'] : keys.map((key) => `${String(type)}/parameters${key}`)
  if (places.length === 0) return undefined
  const message = places.map((place) => `Validation error at #/data_sources/0/${place}: Field required`).join('\n')
  return invalidSource(message)
}

/** What the message of a grounded answer has as its `context`; nothing where no source was named. */
export function contextOf({ data_sources: sources }: JsonObject, prompt: string): JsonObject | undefined {
  if (!Array.isArray(sources)) return undefined
  const { index_name: index, include_contexts: wanted } = (sources[0] as { readonly parameters: JsonObject }).parameters
  const citations = [1, 2].map((at) => ({ content: `What ${String(index)} says of it, part ${at}.`, title: `Document ${at}`, url: `https://emulated.example/${at}.md`, filepath: `${at}.md`, chunk_id: '0' }))
  const context = { citations, intent: JSON.stringify([prompt]) }
  return Array.isArray(wanted) ? Object.fromEntries(Object.entries(context).filter(([key]) => wanted.includes(key))) : context
}
