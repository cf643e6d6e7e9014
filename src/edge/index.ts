/**
 * What stands between pages and Azure: a relay that holds the credential, a broker that hands out short-lived tokens.
 * Runtimes: Workers, Deno, Bun, Node; refuses a page. Imports: everything below, jose, oauth4webapi, valibot.
 * @module
 */
export { createBroker } from './broker.ts'
export type { Broker, BrokerOptions, BrokerRelayTokens, BrokerSession, BrokerUserTokens } from './broker.ts'
export type { Authorize, Caller, CallerBudget } from './caller.ts'
export type { EntraCertificate, EntraClient } from './client.ts'
export type { CorsOptions } from './cors.ts'
export { apiKey, clientCredentials, onBehalfOf } from './credential.ts'
export type { ApiKey, Credential, OnBehalfOf } from './credential.ts'
export type { RelayedDeployment, RelayOperation } from './deployments.ts'
export { entraTokens } from './entra.ts'
export type { EntraTokensOptions } from './entra.ts'
export type { RelayContext } from './exchange.ts'
export type { RelayAttempt } from './forward.ts'
export type { RelayLimits, RelayOptions } from './options.ts'
export { Refusal } from './refusal.ts'
export type { RefusalFacts } from './refusal.ts'
export { createRelay } from './relay.ts'
export type { Relay } from './relay.ts'
export { mintRelayToken, relayTokens } from './relay-token.ts'
export type { RelayGrant, RelayKey, RelayTokenOptions } from './relay-token.ts'
export type { RelayFinishInfo, RelayHooks, RelayRequestInfo } from './report.ts'
export type { UpstreamOptions } from './upstream.ts'
