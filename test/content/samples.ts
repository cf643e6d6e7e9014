// Beginnings of files, each as long as tells its kind.
export const bytesOf = (binary: string): Uint8Array<ArrayBuffer> => Uint8Array.from(binary, (character) => character.charCodeAt(0))

export const PNG = bytesOf('\x89PNG\r\n\x1a\n\0\0\0\rIHDR')
export const JPEG = bytesOf('\xff\xd8\xff\xe0\0\x10JFIF')
export const GIF = bytesOf('GIF89a\x01\0\x01\0')
export const WEBP = bytesOf('RIFF\x24\n\0\0WEBPVP8 ')
export const WAV = bytesOf('RIFF\x24\n\0\0WAVEfmt ')
export const MP3 = bytesOf('\xff\xfb\x90\x64\0')
export const ID3 = bytesOf('ID3\x04\0\0\0\0')
export const PDF = bytesOf('%PDF-1.7\n%')
export const AAC = bytesOf('\xff\xf1\x50\x80\0')
export const OGG = bytesOf('OggS\0\x02')
export const HTML = bytesOf('<!doctype html><p>No image</p>')

/** What a data URL holds. */
export function held(url: string): { readonly type: string | undefined; readonly bytes: Uint8Array } {
  const [, type, data = ''] = /^data:([^,]*);base64,(.*)$/.exec(url) ?? []
  return { type, bytes: bytesOf(atob(data)) }
}

/** Bytes of every value, some twice. */
export const counted = (length: number): Uint8Array<ArrayBuffer> => Uint8Array.from({ length }, (_, at) => at * 7 + (at >> 8))
