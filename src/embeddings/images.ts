/**
 * Images in, with texts or without, their vectors out.
 * Runtimes: all. Imports: `./batches.ts`, `../content/bytes.ts`, `../endpoints`, `../chat/request.ts` (types).
 * @module
 */
import type { CallOptions, Connection } from '../chat/request.ts'
import { dataUrl } from '../content/bytes.ts'
import { refuse } from '../endpoints/refuse.ts'
import { sendBatches } from './batches.ts'
import type { EmbeddingEncoding, EmbeddingResult } from './batches.ts'

/**
 * What is sent; members that are not listed pass through as they are.
 *
 * @see https://learn.microsoft.com/rest/api/aifoundry/model-inference/get-image-embeddings
 */
export interface EmbedImagesRequest {
  /** The deployment's name. Not needed where the endpoint names one or has one model only. */
  readonly model?: string
  /** Images as `data:image/…;base64,…` or as blobs of such a type, one at least; a text goes into the same vector. */
  readonly input: readonly { readonly image: string | Blob; readonly text?: string }[]
  /** Numbers in a vector, for models that can be asked for fewer than they have. */
  readonly dimensions?: number
  /** How vectors travel; they are `Float32Array`s in any case. `base64` is a third of the bytes of the service's default, `float`. */
  readonly encoding_format?: EmbeddingEncoding
  readonly input_type?: 'text' | 'query' | 'document' | (string & {})
  readonly [parameter: string]: unknown
}

/**
 * Gets the vectors of images, from models of the inference kind, in one request.
 *
 * @throws `ChatError`: `unsupported` on endpoints of other kinds, `invalid-request` for what is no image, before anything is sent; `malformed` where
 * the answer does not have a vector for each. The signal's own reason after an abort.
 * @example
 * ```ts
 * const foundry = connect({ endpoint: 'https://contoso.services.ai.azure.com/models', token: msalTokens(app) })
 * const { embeddings } = await embedImages(foundry, { model: 'embed-v-4-0', input: [{ image: file, text: 'A harbour' }] })
 * ```
 */
export async function embedImages(connection: Connection, request: EmbedImagesRequest, options: CallOptions = {}): Promise<EmbeddingResult> {
  const { input } = request ?? {}
  if (!Array.isArray(input) || !input.length) refuse('embed', `input must be an array of at least one image: it is ${JSON.stringify(input)}`)
  const items = input.map(async (item: EmbedImagesRequest['input'][number], at) => {
    const image = item?.image
    const url = image instanceof Blob ? await dataUrl(image, image.type) : image
    // A whole image has no place in a message.
    if (!/^data:image\/[^,]+;base64,./.test(url)) refuse('embed', `input[${at}].image must be an image, as a Blob or a data URL: it is ${JSON.stringify(url)?.slice(0, 40)}`)
    return { ...item, image: url }
  })
  return sendBatches(connection, 'images/embeddings', request, [await Promise.all(items)], options)
}
