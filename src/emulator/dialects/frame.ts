/**
 * What a dialect is: an answer in, the events of its stream or its one completion out.
 * Runtimes: all. Imports: `../../sse/encode.ts`; `../reply.ts` and `../request.ts`, types alone.
 * @module
 */
import { encode } from '../../sse/encode.ts'
import type { Saying } from '../reply.ts'
import type { EmulatedRequest, JsonObject } from '../request.ts'

/** What the model says and what every chunk repeats. */
export interface Answer extends Saying {
  readonly request: EmulatedRequest
  /** 32 hexadecimal digits; each dialect dresses them in its own way. */
  readonly id: string
  /** Unix time in seconds. */
  readonly created: number
  /** The resolved model name. */
  readonly model: string
  /** Whether the model is of a reasoning family, whose chunks have other keys. */
  readonly reasoning: boolean
}

/** What an event is for; faults cut streams by it. `text` is anything the model says: words, thoughts, a tool call. */
export type FrameKind = 'prompt' | 'role' | 'text' | 'annotation' | 'finish' | 'usage' | 'done'

/** One event of a stream. */
export interface Frame {
  readonly kind: FrameKind
  /** As it goes over the wire. */
  readonly wire: string
}

/** How one kind of backend writes. */
export interface Writer {
  /** The content type of its streams. */
  readonly streamType: string
  /** Whether its answers tell the rate limits. */
  readonly rateLimited: boolean
  readonly frames: (answer: Answer) => Iterable<Frame>
  readonly completion: (answer: Answer) => JsonObject
}

/** Makes an event of a chunk. */
export function frame(kind: FrameKind, chunk: JsonObject, write: (value: unknown) => string = JSON.stringify): Frame {
  return { kind, wire: encode({ data: write(chunk) }) }
}

/** The event that ends every chat stream of Azure's. */
export function done(): Frame {
  return { kind: 'done', wire: encode({ data: '[DONE]' }) }
}

/** A UUID of an answer's id, as xAI has them. */
export function uuid(id: string): string {
  return id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
