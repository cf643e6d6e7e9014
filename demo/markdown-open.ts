/**
 * Markdown that ends anywhere in, Markdown to show meanwhile out: what is begun is ended, and what may still become anything waits.
 * Without it a reader would see stars, brackets and bars come and go. Runs anywhere, knows no document.
 * @module
 */

/** A line that is nothing but a mark so far: of a list, a heading, a rule, a quote, a fence, a table. */
const MARKS = /^[ \t>]*(?:[-+*_=#|:~`]+|(?:[-+*]|\d{1,9}[.)])[ \t]+\[[ xX]?\]?|\d{1,9}[.)]?)?[ \t]*$/
const FENCE = /^[ \t>]*(?:(?:[-+*]|\d{1,9}[.)])[ \t]+)*(`{3,}|~{3,})([^\n]*)$/
const ROW = /^[ \t>]*\|/
const DELIMITER = /^[ \t>]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/
/** Where words are no part of the block before. */
const BLOCK = /^[ \t]*(?:$|[-+*][ \t]|\d{1,9}[.)][ \t]|#{1,6}[ \t]|>|\|)/
/** A link that is longer than this is shown as it is written until it ends. */
const LONGEST_LINK = 600

/** Says what to show of a text whose end has not come yet. */
export function presentable(text: string): string {
  const lines = text.split('\n')
  const last = lines.pop() ?? ''
  const before = lines.length > 0 ? `${lines.join('\n')}\n` : ''
  const open = openFence(lines)
  if (open) return /^[ \t>]*[`~]*[ \t]*$/.test(last) ? before : text
  if (MARKS.test(last) || FENCE.test(last)) return headless(lines, last) ?? before
  return headless(lines, last) ?? before + (ROW.test(last) ? cells(last) : closed(lines, last))
}

/** Finds the mark of a fence that is open after these lines. */
function openFence(lines: readonly string[]): string | undefined {
  let open: string | undefined
  for (const line of lines) {
    const [, mark, info = ''] = FENCE.exec(line) ?? []
    if (mark === undefined) continue
    if (open === undefined) {
      if (!(mark.startsWith('`') && info.includes('`'))) open = mark
    } else if (mark.startsWith(open) && info.trim() === '') open = undefined
  }
  return open
}

/** Leaves out the head of a table until the line below it says that it is one; undefined where there is none. */
function headless(lines: readonly string[], last: string): string | undefined {
  let first = lines.length
  while (first > 0 && ROW.test(lines[first - 1] ?? '')) first -= 1
  const rows = lines.slice(first)
  if (rows.some((row) => DELIMITER.test(row))) return
  const kept = (count: number) => lines.slice(0, count).map((line) => `${line}\n`).join('')
  if (rows.length === 0) return ROW.test(last) ? kept(lines.length) : undefined
  return rows.length === 1 && /^[ \t>]*\|?[-|: \t]*$/.test(last) ? kept(first) : undefined
}

/** Cells show when they are whole: words that grow in the middle of one, or at its right side, would move. */
function cells(row: string): string {
  const whole = row.slice(0, row.lastIndexOf('|') + 1)
  return /^[ \t>]*\|$/.test(whole) ? '' : whole
}

/** Ends what the last line leaves open, which may have begun some lines before, in the same block. */
function closed(lines: readonly string[], last: string): string {
  let first = lines.length
  let part = last
  // Further back nothing is begun that is worth the looking.
  while (first > 0 && lines.length - first < 20 && !BLOCK.test(part) && (lines[first - 1] ?? '').trim() !== '') part = lines[--first] ?? ''
  const whole = end([...lines.slice(first), last].join('\n'))
  // The lines before are shown as they are, but for what was cut from them.
  const shown = lines.slice(first).map((line) => `${line}\n`).join('')
  return whole.startsWith(shown) ? whole.slice(shown.length) : last
}

/** Ends emphasis and code; cuts a link, a mark or a name of a character that has only begun. */
function end(text: string): string {
  const open: string[] = []
  let cut = text.length
  let code = ''
  for (let at = 0; at < text.length; ) {
    const character = text[at] ?? ''
    const length = character === '`' || character === '*' || character === '_' || character === '~' ? run(text, at) : 1
    const after = at + length
    if (character === '\\') {
      if (after >= text.length) cut = at
      at += 2
    } else if (character === '`') {
      const closing = closingTicks(text, after, length)
      if (closing === -1) {
        code = '`'.repeat(length)
        // Ticks at the end may be the closing ones, half.
        cut = text.replace(/`+$/, '').length
        if (cut <= after && text.slice(after, cut).trim() === '') [cut, code] = [at, '']
        break
      }
      at = closing + length
    } else if (character === '*' || character === '_' || (character === '~' && (length > 1 || after >= text.length))) {
      if (after >= text.length) cut = emphasise(open, text, at, after) ? cut : at
      else emphasise(open, text, at, after)
      at = after
    } else if (character === '[' && text.length - at <= LONGEST_LINK) {
      const ended = endOfLink(text, at)
      if (ended === -1) {
        cut = text[at - 1] === '!' ? at - 1 : at
        break
      }
      at = Math.max(ended, at + 1)
    } else at = after
  }
  const kept = text.slice(0, cut)
  const shown = code === '' ? kept.replace(/(?:&#?\w{0,8}|<(?:https?|mailto)?:?[^\s>]{0,200}|!)$/, '') : kept
  if (code === '' && open.length === 0) return shown
  return shown.trimEnd() + code + open.toReversed().join('')
}

function run(text: string, at: number): number {
  let after = at + 1
  while (text[after] === text[at]) after += 1
  return after - at
}

function closingTicks(text: string, from: number, length: number): number {
  for (let at = text.indexOf('`', from); at !== -1; at = text.indexOf('`', at)) {
    const found = run(text, at)
    if (found === length) return at
    at += found
  }
  return -1
}

/** Opens or closes emphasis, as far as the flanks allow; false where the run at the end of a text has closed nothing. https://spec.commonmark.org/0.31.2/#left-flanking-delimiter-run */
function emphasise(open: string[], text: string, at: number, after: number): boolean {
  const mark = text[at] ?? ''
  const [previous, next] = [text[at - 1] ?? ' ', text[after] ?? ' ']
  const word = mark === '_' && /\w/.test(previous) && /\w/.test(next)
  let left = after - at
  const closes = !word && !/\s/.test(previous)
  while (closes && left > 0 && open.at(-1)?.startsWith(mark) === true) {
    const top = open.pop() ?? ''
    const taken = Math.min(top.length, left)
    if (taken < top.length) open.push(top.slice(taken))
    left -= taken
  }
  // Half of a closing mark is shown as the whole of it.
  if (left === 0 && closes) return true
  if (!word && !/\s/.test(next)) {
    if (mark === '~') {
      if (left === 2) open.push('~~')
    } else open.push(...(left > 2 ? [mark.repeat(left - 2), mark.repeat(2)] : [mark.repeat(left)]))
  }
  return false
}

/** Finds where a link ends; -1 where its end has not come. */
function endOfLink(text: string, at: number): number {
  const ends = /^\[(?:[^[\]\\]|\\.|\[(?:[^[\]\\]|\\.)*\])*\]/.exec(text.slice(at))
  if (!ends) return text.slice(at).includes('\n\n') ? at : -1
  const after = at + ends[0].length
  if (after >= text.length) return -1
  if (text[after] !== '(') return at
  const address = /^\((?:[^()\n\\]|\\.|\([^()\n]*\))*\)/.exec(text.slice(after))
  return address ? after + address[0].length : -1
}
