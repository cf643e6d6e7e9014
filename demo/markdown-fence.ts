/**
 * Lines of code in, a block that grows out: what stands in it is not looked at again.
 * @module
 */
import { codeBlock } from './code-block.ts'

/** A block of code whose end has not come. */
export interface OpenFence {
  readonly root: HTMLElement
  /** Takes what has come, to the end of the text where it is `final`. Returns what is not the block's, or may not be. */
  take(text: string, final: boolean): { readonly rest: string; readonly closed: boolean }
}

/** The line that opens a block, as marked reads it. */
const OPENING = /^( {0,3})(`{3,}(?=[^`\n]*\n)|~{3,})([^\n]*)\n/
/** A line that may yet become the one that closes it. */
const CLOSING_SO_FAR = /^ *(?:`*|~*) *$/

/** Opens a block where a text begins with one; undefined where it does not. */
export function openFence(tail: string, say: (words: string) => void): { readonly fence: OpenFence; readonly rest: string } | undefined {
  const [opening, { length } = '', mark = '', info = ''] = OPENING.exec(tail) ?? []
  if (opening === undefined) return
  const { root, text } = codeBlock(info, '', say)
  const closing = new RegExp(`^ {0,3}${mark}[${mark[0] ?? ''}]* *$`)
  const indent = new RegExp(`^ {0,${length}}`)
  /** The line before has ended, and the next has not begun to show. */
  let atStart = true
  let empty = true

  function grown(line: string): string {
    const shown = atStart ? (empty ? '' : '\n') + line.replace(indent, '') : line
    empty = false
    return shown
  }

  return {
    rest: tail.slice(opening.length),
    fence: {
      root,
      take(tail, final) {
        let code = ''
        let at = 0
        let closed = false
        for (let end = tail.indexOf('\n'); end !== -1 && !closed; end = tail.indexOf('\n', at)) {
          const line = tail.slice(at, end)
          closed = atStart && closing.test(line)
          if (!closed) code += grown(line)
          atStart = true
          at = end + 1
        }
        const last = closed ? '' : tail.slice(at)
        closed ||= final && atStart && closing.test(last)
        if (last !== '' && !closed && (final || !atStart || !CLOSING_SO_FAR.test(last))) {
          code += grown(last)
          atStart = false
          at = tail.length
        }
        if (code !== '') text.appendData(code)
        return { rest: closed && last !== '' ? '' : tail.slice(at), closed }
      },
    },
  }
}
