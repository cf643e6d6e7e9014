/**
 * A subject in, a key that every engine can store and tells from all others out.
 * Runtimes: all. Imports: nothing.
 * @module
 */

/** At most 1500 bytes: a key of Deno KV has room for 2 KiB, where a prefix and an account are added, and a rate limiter's for no more that is known. */
const MAX_LENGTH = 500
const MARK = 'sha-256:'

/**
 * Names a subject: by itself where that is short and can be written as UTF-8, by its hash where it cannot.
 *
 * As UTF-8, all halves of surrogate pairs are one character, and subjects that differ in them would share what they may use.
 */
export async function keyOf(subject: string): Promise<string> {
  // A subject that looks like a hash must not share the account of the subject whose hash it is.
  if (subject.length <= MAX_LENGTH && !/\p{Surrogate}/u.test(subject) && !subject.startsWith(MARK)) return subject
  // JSON escapes such halves.
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(subject)))
  return MARK + Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
