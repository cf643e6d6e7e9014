/**
 * An image in any form in, the part of a message out, within a budget of bytes.
 * Runtimes: all; images are drawn smaller where there is an `OffscreenCanvas`: pages and their workers.
 * Imports: `./bytes.ts`, `../schemas` (types), `../endpoints/refuse.ts`.
 * @module
 */
import { refuse } from '../endpoints/refuse.ts'
import type { ContentPart } from '../schemas/message.ts'
import { PART, blobOf, dataUrl, typeOf } from './bytes.ts'
import type { BinarySource } from './bytes.ts'

/** A part with an image. */
export type ImagePart = Extract<ContentPart, { readonly type: 'image_url' }>

/** An `ImageBitmap`, by its shape: types of servers do not have the class. */
export interface Bitmap {
  readonly width: number
  readonly height: number
  close(): void
}

/** Options of {@link imagePart}. */
export interface ImagePartOptions {
  /** How closely the model looks; `low` costs the fewest tokens. The service's default is `auto`. */
  readonly detail?: 'auto' | 'low' | 'high'
  /**
   * Most bytes of the encoded image, above 0; a larger one is drawn anew as JPEG, smaller until it fits. Azure takes 20 MB.
   *
   * @defaultValue `700_000`, which in base64 passes a relay of this library (`limits.bodyBytes` of 1 MiB) with room for a conversation
   */
  readonly maxBytes?: number
  /** Longest edge of an image that is drawn, from 1, in pixels; what is not drawn keeps its own. @defaultValue `2048`, as models of Azure OpenAI see no more */
  readonly maxEdge?: number
}

/** Below it nothing can be seen. */
const MIN_EDGE = 16
const JPEG = 'image/jpeg'
/** Below it JPEG shows. */
const QUALITY = 0.85

/**
 * Makes a part with an image. Models of Azure OpenAI take PNG, JPEG, GIF and WebP, ten in a request.
 *
 * URLs (`https:`, `http:`, `data:image/…;base64,…`) pass as they are, for the service to get; and so do images of up to `maxBytes`. Larger ones, and every
 * `ImageBitmap`, are drawn as JPEG in the page: of an animation the first frame, on white what is transparent, upright what is tagged as turned.
 *
 * @throws `ChatError` `invalid-request` for what is no image, for other URLs, and for images above `maxBytes` where they cannot be drawn: in Node and on Workers.
 * @see https://learn.microsoft.com/azure/ai-foundry/openai/concepts/gpt-with-vision for the limits
 * @see https://learn.microsoft.com/azure/ai-foundry/openai/overview for what models see of an image
 * @example
 * ```ts
 * const content = [textPart('What is on it?'), await imagePart(file, { detail: 'low' })]
 * ```
 */
export async function imagePart(source: string | BinarySource | Bitmap, options: ImagePartOptions = {}): Promise<ImagePart> {
  const { detail, maxBytes = 700_000, maxEdge = 2048 } = options
  if (!(maxBytes > 0 && maxEdge >= 1)) refuse(PART, `maxBytes must be above 0 and maxEdge from 1: they are ${maxBytes} and ${maxEdge}`)
  const url = typeof source === 'string' ? source : await fitting(source, maxBytes, maxEdge)
  // A whole image has no place in a message.
  if (!/^(https?:\/\/.|data:image\/[^,]+;base64,.)/i.test(url)) refuse(PART, `its URL must be https:, http: or data:image/*;base64: it is ${JSON.stringify(url.slice(0, 40))}`)
  return { type: 'image_url', image_url: { url, ...(detail && { detail }) } }
}

async function fitting(source: BinarySource | Bitmap, maxBytes: number, maxEdge: number): Promise<string> {
  if (isBitmap(source)) return draw(source, `${source.width} × ${source.height}`, maxBytes, maxEdge)
  const blob = blobOf(source)
  const type = await typeOf(blob, /^image\/[\w.+-]+$/, 'an image')
  return blob.size > maxBytes ? draw(blob, `${blob.size} bytes`, maxBytes, maxEdge) : dataUrl(blob, type)
}

/** By what it can do alone, as the class is not everywhere. */
function isBitmap(source: BinarySource | Bitmap): source is ImageBitmap {
  return typeof (source as Partial<Bitmap> | undefined)?.close === 'function'
}

/** Draws an image, smaller until it fits. @throws `ChatError` `invalid-request` where it never does, or cannot be drawn */
async function draw(image: Blob | ImageBitmap, size: string, maxBytes: number, maxEdge: number): Promise<string> {
  let bitmap: ImageBitmap | undefined
  try {
    if (typeof OffscreenCanvas !== 'function') throw new Error('there is no OffscreenCanvas')
    bitmap = image instanceof Blob ? await createImageBitmap(image) : image
    const { width, height } = bitmap
    const edge = Math.max(width, height)
    let scale = Math.min(1, maxEdge / edge)
    for (;;) {
      const canvas = new OffscreenCanvas(Math.ceil(width * scale), Math.ceil(height * scale))
      const context = canvas.getContext('2d')
      // As in Deno 2.9.
      if (!context) throw new Error('there is no 2D context')
      context.imageSmoothingQuality = 'high'
      context.fillStyle = '#fff'
      context.fillRect(0, 0, canvas.width, canvas.height)
      context.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
      const drawn = await canvas.convertToBlob({ type: JPEG, quality: QUALITY })
      if (drawn.size <= maxBytes) return await dataUrl(drawn, JPEG)
      if (edge * scale < MIN_EDGE) throw new Error(`${drawn.size} bytes are left`)
      // As if bytes went with pixels; less of a step might not end.
      scale *= Math.min(0.9, Math.sqrt(maxBytes / drawn.size))
    }
  } catch (cause) {
    return refuse(PART, `it is ${size}, maxBytes is ${maxBytes}, and it cannot be drawn smaller: ${(cause as Error).message}`, cause)
  } finally {
    if (bitmap !== image) bitmap?.close()
  }
}
