/**
 * What differs between the services, as data.
 * Runtimes: all. Imports: nothing.
 * @module
 */

/** The ways in which Azure serves models. */
export type EndpointKind = 'v1' | 'deployments' | 'inference' | 'relay'

/** What can be asked of a service, by its path on the wire. */
export type Operation =
  | 'chat/completions'
  | 'responses'
  | 'embeddings'
  | 'images/embeddings'
  | 'info'
  | 'models'
  | 'batches'
  | 'realtime'

/** What one kind has in common on every host. */
export interface Kind {
  /** Behind the host or a gateway's prefix. */
  readonly path: string
  /** The `api-version` where the pasted URL has none; absent where the route needs none. */
  readonly version?: string
}

/** The kinds that a URL can select. */
export const KINDS: Readonly<Record<EndpointKind, Kind>> = {
  // No version, the deployment as `model` in the body: the route that Microsoft steers everybody to.
  // https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle
  v1: { path: '/openai/v1' },
  // The classic route, the deployment in its path; this is the last dated version that is generally available.
  // https://learn.microsoft.com/azure/ai-foundry/openai/reference
  deployments: { path: '/openai/deployments', version: '2024-10-21' },
  // The Azure AI Model Inference API, announced to retire on 26 August 2026; without a version it answers 404.
  // https://github.com/Azure/azure-rest-api-specs/pull/43907
  inference: { path: '/models', version: '2024-05-01-preview' },
  // A relay at the edge, which speaks the v1 wire and holds the credential itself.
  relay: { path: '/openai/v1' },
}

/** The operations that each kind serves. */
export const SERVED: Readonly<Record<EndpointKind, readonly Operation[]>> = {
  v1: ['chat/completions', 'responses', 'embeddings', 'models', 'batches', 'realtime'],
  relay: ['chat/completions', 'responses', 'embeddings', 'models'],
  // Responses from api-version 2025-03-01-preview on: see `operationUrl`.
  deployments: ['chat/completions', 'embeddings'],
  // https://learn.microsoft.com/azure/ai-foundry/foundry-models/concepts/endpoints: no batch, no realtime.
  inference: ['chat/completions', 'embeddings', 'images/embeddings', 'info'],
}
