/**
 * The images of a request in, what a model says of them out; or the refusal of one that is none.
 * Runtimes: all. Imports: `./bodies.ts`; `./deployments.ts` and `./request.ts`, types alone.
 * @module
 */
import { openaiError } from './bodies.ts'
import type { Reply } from './bodies.ts'
import type { DeploymentOptions } from './deployments.ts'
import type { EmulatedRequest } from './request.ts'

/** A data URL of a kind that OpenAI's models read, or the host of an image elsewhere, which nobody fetches here. */
const IMAGE = /^(?:data:(image\/(?:png|jpe?g|gif|webp));base64,([\w+/]+=*)|https?:\/\/([^/?#]+).*)$/

/** Refuses images that OpenAI's models refuse; of other makers' nothing is known. */
export function refuseImages({ images }: EmulatedRequest, { dialect }: DeploymentOptions): Reply | undefined {
  if (!dialect.startsWith('azure-openai') || images.every((url) => IMAGE.test(url))) return undefined
  return openaiError(400, "You uploaded an unsupported image. Please make sure your image has of one the following formats: ['png', 'jpeg', 'gif', 'webp'].", null, 'invalid_image_format')
}

/** Says what was seen: kinds and sizes, or hosts. */
export function seen(images: readonly string[]): string {
  const each = images.map((url) => {
    const [, type, data, host = 'unknown'] = IMAGE.exec(url) ?? []
    return data === undefined ? host : `${type}, ${Math.ceil((data.length * 3) / 4000)} kB`
  })
  return each.length === 0 ? '' : ` I see ${each.length} image${each.length > 1 ? 's' : ''} (${each.join('; ')}).`
}
