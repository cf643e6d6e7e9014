/**
 * Bytes in any form in, their media type and their base64 out.
 * Runtimes: all. Imports: `../endpoints/refuse.ts`.
 * @module
 */
import { refuse } from '../endpoints/refuse.ts'

/** Bytes to send: a `File` from an input is a `Blob`. */
export type BinarySource = Blob | ArrayBuffer | Uint8Array

/** What is refused. */
export const PART = 'make the part'

/** How files begin, a character for each byte. The frames of an MP3 begin with 11 bits, its version, layer III and one bit more. */
const KINDS: readonly (readonly [begin: RegExp, type: string])[] = [
  [/^\x89PNG/, 'image/png'],
  [/^\xff\xd8\xff/, 'image/jpeg'],
  [/^GIF8/, 'image/gif'],
  [/^RIFF[^]{4}WEBP/, 'image/webp'],
  [/^RIFF[^]{4}WAVE/, 'audio/wav'],
  [/^ID3|^\xff[\xe2\xe3\xf2\xf3\xfa\xfb]/, 'audio/mpeg'],
  [/^%PDF/, 'application/pdf'],
]
/** As much of a file as tells its kind. */
const HEAD_BYTES = 12
/** As many arguments as every engine takes. */
const PIECE = 8192

/** Takes bytes of any form. @throws `ChatError` `invalid-request` where there are none */
export function blobOf(source: BinarySource): Blob {
  if (!(source instanceof Blob) && !(source instanceof ArrayBuffer) && !ArrayBuffer.isView(source)) refuse(PART, `it must be a Blob or bytes: it is ${Object.prototype.toString.call(source)}`)
  const blob = source instanceof Blob ? source : new Blob([source as Uint8Array<ArrayBuffer>])
  return blob.size ? blob : refuse(PART, 'it is empty: it has 0 bytes')
}

/**
 * Tells the media type, without its parameters: the blob's own, else by the first bytes.
 *
 * @param family - What the type must match.
 * @throws `ChatError` `invalid-request` where neither does.
 */
export async function typeOf(blob: Blob, family: RegExp, must: string): Promise<string> {
  const head = binaryOf(await bytesOf(blob.slice(0, HEAD_BYTES)))
  const types = [blob.type.split(';')[0], KINDS.find(([begin]) => begin.test(head))?.[1]]
  return types.find((type) => type && family.test(type)) ?? refuse(PART, `it must be ${must}: it is ${blob.type || JSON.stringify(head)}`)
}

/** Writes bytes in base64, in linear time. */
export async function base64Of(blob: Blob): Promise<string> {
  const bytes: Uint8Array & { readonly toBase64?: () => string } = await bytesOf(blob)
  // From Chromium 140, Firefox 133 and Safari 18.2 on.
  return bytes.toBase64?.() ?? btoa(binaryOf(bytes))
}

/** Writes bytes as a URL that holds them. */
export async function dataUrl(blob: Blob, type: string): Promise<string> {
  return `data:${type};base64,${await base64Of(blob)}`
}

async function bytesOf(blob: Blob): Promise<Uint8Array> {
  return new Uint8Array(await blob.arrayBuffer())
}

/** A character for each byte; in pieces, as arguments are on the stack. */
function binaryOf(bytes: Uint8Array): string {
  let binary = ''
  for (let at = 0; at < bytes.length; at += PIECE) binary += String.fromCharCode(...bytes.subarray(at, at + PIECE))
  return binary
}
