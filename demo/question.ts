/**
 * What is asked, and in which way: the ways are what the page shows of the library.
 * @module
 */
import type { ChatMessage, ContentPart } from 'keyless-chat'

/** An answer in words, with tools, as a form, or from the reader's own data. */
export type Way = 'words' | 'tools' | 'form' | 'data'

/** What goes along with the words. */
export interface Enclosure {
  readonly name: string
  /** What a model gets. */
  readonly part: ContentPart
}

/** One question. */
export interface Question {
  readonly words: string
  readonly enclosures: readonly Enclosure[]
  readonly way: Way
  /** Keeps the emulator's faults that happen once apart. */
  readonly key: string
}

/** Makes a question. */
export function newQuestion(words: string, enclosures: readonly Enclosure[], way: Way): Question {
  return { words, enclosures, way, key: crypto.randomUUID().slice(0, 8) }
}

/** Writes a question as a model takes it. */
export function messageOf({ words, enclosures }: Question): ChatMessage {
  if (enclosures.length === 0) return { role: 'user', content: words }
  return { role: 'user', content: [...(words === '' ? [] : [{ type: 'text', text: words } as const]), ...enclosures.map(({ part }) => part)] }
}
