/**
 * What is asked, and in which way: the ways are what the page shows of the library.
 * @module
 */
import type { ChatMessage, ContentPart } from 'keyless-chat'

/** An answer in words, with tools, as a form, or from the reader's own data. */
export type Way = 'words' | 'tools' | 'form' | 'data'

/** One question. */
export interface Question {
  readonly words: string
  readonly images: readonly ContentPart[]
  readonly way: Way
}

/** Writes a question as a model takes it. */
export function messageOf({ words, images }: Question): ChatMessage {
  if (images.length === 0) return { role: 'user', content: words }
  return { role: 'user', content: [...(words === '' ? [] : [{ type: 'text', text: words } as const]), ...images] }
}
