/**
 * An offline Azure AI Foundry for tests, demos and anyone without an account: a `fetch` in, the service's own answers out.
 *
 * Speaks every route and dialect that the library speaks, fails on demand, and shares no code with the client that it judges.
 * Runtimes: browsers, Workers, Deno, Node ≥ 20. Imports: `../sse/encode.ts`, jose.
 * @module
 */
export { createEmulator } from './emulator.ts'
export { DEPLOYMENTS, EMBEDDING_DEPLOYMENTS, RESPONSES_DEPLOYMENTS } from './deployments.ts'
export { FAULTS } from './faults.ts'

export type { MintedToken, TokenClaims } from './auth.ts'
export type { CallState, EmulatorCall, Operation } from './call.ts'
export type { DeploymentOptions, Dialect, ModelOperation } from './deployments.ts'
export type { Emulator, EmulatorOptions } from './emulator.ts'
export type { TrustedIssuer } from './entra.ts'
export type { Fault } from './faults.ts'
export type { EmulatedRequest, EmulatedTool, JsonObject } from './request.ts'
