/**
 * A file in, what a message can carry out: a picture, a PDF, or a text, each within its limit.
 * @module
 */
import { filePart, textPart } from 'keyless-chat/content'
import { kib } from './enclosure-view.ts'
import { readPicture } from './picture.ts'
import type { Enclosure } from './question.ts'

/** How much a message takes: a conversation is sent again with every turn, and a relay takes 1 MiB of it in base64. */
export const LIMITS = { files: 3, text: 64 * 1024, pdf: 512 * 1024, picture: 20_000_000 } as const

/** The limits, for those who choose files. */
export const LIMITS_IN_WORDS = `Up to ${LIMITS.files} files: pictures, which are made smaller, texts up to ${kib(LIMITS.text)}, PDFs up to ${kib(LIMITS.pdf)}`

/** Reads a file. @throws saying why it cannot go along */
export async function enclose(file: File): Promise<Enclosure> {
  const { name } = file
  if (file.type.startsWith('image/')) {
    within(file, 'picture', LIMITS.picture)
    return readPicture(file).catch((cause: unknown) => {
      throw new Error(`${name} is no picture that this browser can read`, { cause })
    })
  }
  if (file.size === 0) throw new Error(`${name} is empty`)
  if (file.type === 'application/pdf') {
    within(file, 'PDF', LIMITS.pdf)
    return { name, part: await filePart(file) }
  }
  within(file, 'text', LIMITS.text)
  return { name, part: textPart(`The file ${name}:\n\n${await textOf(file)}`) }
}

function within({ name, size }: File, kind: string, most: number): void {
  if (size > most) throw new Error(`${name} is too large: a ${kind} may have ${kib(most)}, and it has ${kib(size)}`)
}

/** Whatever it is called, what is UTF-8 without a zero byte can be read. */
async function textOf(file: File): Promise<string> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer())
    if (!text.includes('\0')) return text
  } catch {
    // Refused below.
  }
  throw new Error(`${file.name} is neither a picture, a PDF nor a text in UTF-8`)
}
