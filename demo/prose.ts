/**
 * Pieces of text in, paragraphs out; each piece costs the same, however long the text is already.
 * @module
 */
import { element } from './dom.ts'

/** A text that grows. */
export interface Prose {
  /** Takes a piece; it shows with the next frame. */
  append(text: string): void
  /** Shows what is still held back. */
  flush(): void
}

/** Paragraphs end at a blank line. The text is only ever text. */
const BLANK_LINE = /\n[^\S\n]*\n\s*/

/** Writes into an element. */
export function writeInto(container: HTMLElement): Prose {
  let waiting = ''
  let frame: number | undefined
  let paragraph: Text | undefined

  function begin(): Text {
    const text = document.createTextNode('')
    container.append(element('p', {}, text))
    return text
  }

  function show(): void {
    frame = undefined
    // White space at the end may turn out to be a blank line.
    const whole = paragraph ? waiting.trimEnd() : waiting.trim()
    if (whole === '') return
    const rest = waiting.slice(waiting.trimEnd().length)
    for (const [index, part] of whole.split(BLANK_LINE).entries()) {
      if (index > 0 || !paragraph) paragraph = begin()
      paragraph.appendData(part)
    }
    waiting = rest
  }

  return {
    append(text) {
      waiting += text
      frame ??= requestAnimationFrame(show)
    },
    flush() {
      if (frame !== undefined) cancelAnimationFrame(frame)
      show()
    },
  }
}
