/**
 * An image embeddings request in, vectors or the backend's refusal out.
 *
 * What it refuses has the words that the documents of `/models` have for values; of images none were recorded.
 * Runtimes: all. Imports: `./asked.ts` (types), `./bodies.ts`, `./embeddings.ts`, `./request.ts`, `./vector.ts`.
 * @module
 * @see https://learn.microsoft.com/rest/api/aifoundry/model-inference/get-image-embeddings
 */
import type { Asked } from './asked.ts'
import { parameterNotSupported } from './bodies.ts'
import type { Reply } from './bodies.ts'
import { refuseVectors, vectorsReply } from './embeddings.ts'
import type { Embedded } from './embeddings.ts'
import { object } from './request.ts'
import { sum, vectorOf, wordsOf } from './vector.ts'

const DATA_URL = /^data:image\/[\w.+-]+;base64,([A-Za-z0-9+/]+=*)$/
/** Characters of an image that count as one word: images that have stretches in common are near to each other. */
const STRETCH = /.{1,48}/g
/** What a refusal repeats of an image. */
const MAX_ECHO = 80

/** Answers `images/embeddings`. A text beside an image brings it near to texts that share words with it. */
export function embedImages(asked: Asked): Reply {
  const { input } = asked.body
  const wrong = !Array.isArray(input) || input.length === 0 ? parameterNotSupported('input', input) : refuseVectors(asked)
  if (wrong) return wrong
  const all: Embedded[] = []
  for (const [index, item] of (input as readonly unknown[]).entries()) {
    const { image, text = '' } = object(item)
    const data = DATA_URL.exec(String(image))?.[1]
    if (data === undefined || typeof text !== 'string') return parameterNotSupported('input', String(image).slice(0, MAX_ECHO), index, data === undefined ? 'image' : 'text')
    const vector = (dimensions: number) => sum(vectorOf(data.match(STRETCH) ?? [], dimensions), text === '' ? undefined : vectorOf(text, dimensions))
    // An image counts as one token.
    all.push({ vector, tokens: 1 + (text === '' ? 0 : wordsOf(text).length), characters: text.length })
  }
  return vectorsReply(asked, all)
}
