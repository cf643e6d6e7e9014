/**
 * A deployment in, what `/models/info` tells of it out.
 * Runtimes: all. Imports: `./bodies.ts`, `./deployments.ts`, `./faults-stream.ts`; `./asked.ts`, types alone.
 * @module
 * @see https://learn.microsoft.com/rest/api/aifoundry/model-inference/get-model-info
 */
import type { Asked } from './asked.ts'
import { BACKEND, routeNotFound, typed } from './bodies.ts'
import type { Reply } from './bodies.ts'
import { serves } from './deployments.ts'
import type { Dialect } from './deployments.ts'
import { tamperBody } from './faults-stream.ts'

const PROVIDERS: Partial<Readonly<Record<Dialect, string>>> = { grok: 'xAI', deepseek: 'DeepSeek', mistral: 'Mistral AI', cohere: 'Cohere' }

/** Answers `info`, which Azure OpenAI's own models do not have: https://github.com/Azure/azure-sdk-for-python/issues/39310 */
export function describe({ options, fault }: Asked): Reply {
  const provider = PROVIDERS[options.dialect]
  if (provider === undefined) return routeNotFound()
  const info = { model_name: options.model, model_type: serves(options, 'embeddings') ? 'embeddings' : 'chat-completion', model_provider_name: provider }
  return { status: 200, headers: { ...typed('application/json', fault), ...BACKEND }, body: tamperBody(JSON.stringify(info), fault, 'model_name') }
}
