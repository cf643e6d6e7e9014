/**
 * Bytes in, base64 out, in its two alphabets.
 * Runtimes: all. Imports: nothing.
 * @module
 */

/** Encodes as embeddings are encoded. */
export function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}

/** Encodes as the parts of a JWT are encoded: for URLs, and without padding. */
export function base64url(bytes: Uint8Array): string {
  return base64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
