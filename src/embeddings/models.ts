/**
 * A connection in, what its service tells of its models out.
 * Runtimes: all. Imports: `./ask.ts`, `../schemas`, `../endpoints`, `../chat/request.ts` (types).
 * @module
 */
import type { CallOptions, Connection } from '../chat/request.ts'
import { operationUrl } from '../endpoints/endpoint.ts'
import { objects, string } from '../schemas/parse.ts'
import { ask, malformed } from './ask.ts'

/** What the inference route tells of a model; members that are not listed pass through. */
export interface ModelInfo {
  readonly model_name: string
  /** Such as `chat-completion` or `embeddings`. */
  readonly model_type?: string
  readonly model_provider_name?: string
  readonly [member: string]: unknown
}

/** One model of a list; members that are not listed pass through. */
export interface ListedModel {
  readonly id: string
  readonly [member: string]: unknown
}

/** Options of {@link modelInfo}. */
export interface ModelInfoOptions extends CallOptions {
  /** The deployment to ask about. @defaultValue the one that the endpoint names, or none, where it has one model only */
  readonly model?: string
}

/**
 * Tells which model a deployment of the inference kind is. Deployments of Azure OpenAI are not told of: `route-not-found`.
 *
 * @throws `ChatError`: `unsupported` on endpoints of other kinds, before anything is sent. The signal's own reason after an abort.
 * @see https://learn.microsoft.com/rest/api/aifoundry/model-inference/get-model-info
 * @example
 * ```ts
 * const foundry = connect({ endpoint: 'https://contoso.services.ai.azure.com/models', token: msalTokens(app) })
 * const { model_name, model_provider_name } = await modelInfo(foundry, { model: 'embed-v-4-0' })
 * ```
 */
export async function modelInfo(connection: Connection, options: ModelInfoOptions = {}): Promise<ModelInfo> {
  const { endpoint } = connection
  const { model = endpoint.deployment } = options
  const url = new URL(operationUrl(endpoint, 'info'))
  // Version 2025-04-01 wants it, the ones before do not know it.
  if (model) url.searchParams.set('model', model)
  return ask(connection, url.href, undefined, 'model_name', options, (info) => {
    for (const name of ['model_name', 'model_type', 'model_provider_name']) string(info[name], name)
    return info as ModelInfo
  })
}

/**
 * Lists the models of a resource, or what a relay offers. On Azure OpenAI these are the models that a resource can have: what is deployed under
 * which name, only the management plane tells.
 *
 * @throws `ChatError`: `unsupported` on endpoints of the kinds `deployments` and `inference`, before anything is sent. The signal's own reason after an abort.
 * @see https://learn.microsoft.com/azure/ai-foundry/openai/reference-preview-latest
 * @example
 * ```ts
 * for (const { id } of await listModels(foundry)) choice.add(new Option(id))
 * ```
 */
export async function listModels(connection: Connection, options: CallOptions = {}): Promise<ListedModel[]> {
  return ask(connection, operationUrl(connection.endpoint, 'models'), undefined, 'data', options, (list) =>
    objects(list['data'], 'data').map((model, at) => {
      const path = `data[${at}].id`
      return { ...model, id: string(model['id'], path) ?? malformed(path, 'string', 'undefined') }
    }),
  )
}
