/**
 * Texts and images in, vectors out; and which models there are.
 * Runtimes: browsers, Workers, Deno, Bun, Node. Imports: `../errors.ts`, `../schemas`, `../endpoints`, `../chat/request.ts`, `../transport` (types).
 * @module
 */
export { embed } from './embed.ts'
export { embedImages } from './images.ts'
export { listModels, modelInfo } from './models.ts'
export type { EmbeddingEncoding, EmbeddingResult, EmbeddingUsage } from './batches.ts'
export type { EmbedOptions, EmbedRequest } from './embed.ts'
export type { EmbedImagesRequest } from './images.ts'
export type { ListedModel, ModelInfo, ModelInfoOptions } from './models.ts'
