/**
 * Texts, sounds and files in, the parts of a message out.
 * Runtimes: all. Imports: `./bytes.ts`, `../schemas` (types), `../endpoints/refuse.ts`.
 * @module
 */
import { refuse } from '../endpoints/refuse.ts'
import type { ContentPart } from '../schemas/message.ts'
import { PART, base64Of, blobOf, dataUrl, typeOf } from './bytes.ts'
import type { BinarySource } from './bytes.ts'

/** A part with words. */
export type TextPart = Extract<ContentPart, { readonly type: 'text' }>
/** A part with sound. */
export type AudioPart = Extract<ContentPart, { readonly type: 'input_audio' }>
/** A part with a file. */
export type FilePart = { readonly type: 'file'; readonly file: { readonly filename: string; readonly file_data: string } }

/** Options of {@link audioPart}. */
export interface AudioPartOptions {
  /** How the sound is encoded. @defaultValue by the blob's type, else by the first bytes */
  readonly format?: 'wav' | 'mp3'
}

/** Options of {@link filePart}. */
export interface FilePartOptions {
  /** What the model reads as its name. @defaultValue that of a `File`, else `file` and an ending by its type, as in `file.pdf` */
  readonly filename?: string
}

/**
 * Makes a part with words, to stand beside other parts.
 *
 * @throws `ChatError` `invalid-request` where there are none.
 * @example
 * ```ts
 * const content = [textPart('What is on it?'), await imagePart(file)]
 * const { text } = await chat(foundry, { model: 'gpt-5-mini', messages: [{ role: 'user', content }] })
 * ```
 */
export function textPart(text: string): TextPart {
  if (!text || typeof text !== 'string') refuse(PART, `it must be a text that is not empty: it is ${JSON.stringify(text)?.slice(0, 40)}`)
  return { type: 'text', text }
}

/**
 * Makes a part with sound, WAV or MP3, for models that hear. Azure takes up to 20 MB; a relay of this library 1 MiB, the whole request in base64,
 * unless its `limits.bodyBytes` says otherwise.
 *
 * @throws `ChatError` `invalid-request` for what is empty or neither WAV nor MP3, before anything is sent.
 * @see https://learn.microsoft.com/azure/ai-foundry/openai/audio-completions-quickstart
 * @example
 * ```ts
 * const part = await audioPart(recording, { format: 'wav' })
 * ```
 */
export async function audioPart(source: BinarySource, { format }: AudioPartOptions = {}): Promise<AudioPart> {
  const blob = blobOf(source)
  const type = await typeOf(format ? new Blob([blob], { type: `audio/${format}` }) : blob, /^audio\/(x-|vnd\.)?(wave?|mp3|mpeg)$/, 'WAV or MP3')
  return { type: 'input_audio', input_audio: { data: await base64Of(blob), format: /wav/.test(type) ? 'wav' : 'mp3' } }
}

/**
 * Makes a part with a file, such as a PDF, for models that read them. Azure's own models take it on the Responses API; on chat completions few models
 * do.
 *
 * @throws `ChatError` `invalid-request` for what is empty or of a type that nobody can tell, before anything is sent.
 * @see https://learn.microsoft.com/azure/ai-foundry/openai/how-to/responses
 * @example
 * ```ts
 * const part = await filePart(file)
 * ```
 */
export async function filePart(source: BinarySource, options: FilePartOptions = {}): Promise<FilePart> {
  const blob = blobOf(source)
  const type = await typeOf(blob, /./, 'of a known type')
  const { filename = (blob as Partial<File>).name || type.replace(/.*\W/, 'file.') } = options
  return { type: 'file', file: { filename, file_data: await dataUrl(blob, type) } }
}
