/**
 * What a message is made of in, the parts that a chat takes out; images are brought to a size that passes.
 * Runtimes: browsers, Workers, Deno, Bun, Node. Imports: `../errors.ts`, `../schemas` (types), `../endpoints/refuse.ts`.
 * @module
 */
export { imagePart } from './image.ts'
export { audioPart, filePart, textPart } from './parts.ts'
export type { BinarySource } from './bytes.ts'
export type { Bitmap, ImagePart, ImagePartOptions } from './image.ts'
export type { AudioPart, AudioPartOptions, FilePart, FilePartOptions, TextPart } from './parts.ts'
