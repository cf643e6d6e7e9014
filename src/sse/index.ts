/**
 * Server-Sent Events: bytes to messages and back.
 * Runtimes: browsers, Workers, Deno, Bun, Node. Imports: `../errors.ts`.
 * @module
 */
export { createDecoder, decode } from './decode.ts'
export type { Decoder, DecoderOptions, SseMessage } from './decode.ts'
export { encode } from './encode.ts'
export type { EncodableMessage } from './encode.ts'
