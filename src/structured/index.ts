/**
 * `keyless-chat/structured`: answers that fit a schema, whole or as they grow, and the incremental JSON parser behind them.
 * Runtimes: browsers, Workers, Deno, Bun, Node. Imports: `../chat`, `../endpoints/refuse.ts`, `../errors.ts`, `../schemas`.
 * @module
 */
export { chatAs } from './chat-as.ts'
export { partialJson } from './partial-json.ts'
export { streamAs } from './stream-as.ts'
export type { StructuredOptions } from './ask.ts'
export type { PartialJson } from './partial-json.ts'
export type { DeepPartial, StructuredStream } from './stream-as.ts'
export type { WithValue } from './value.ts'
export type { StandardSchema } from '../schemas/standard.ts'
