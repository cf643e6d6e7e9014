/**
 * A content filter's verdict in, a note with its categories out.
 * @module
 */
import type { ContentFilter, FilterVerdict } from 'keyless-chat'
import { element } from './dom.ts'

/** Makes the note; open where something was withheld, and with nothing to open where no category is named. */
export function filterNote({ filtered, source, categories }: ContentFilter): HTMLElement {
  const all = Object.entries(categories)
  const outcome = !filtered ? 'nothing withheld' : source === 'prompt' ? 'the message was refused' : 'part of the answer withheld'
  const title = [element('span', { class: 'icon shield', 'aria-hidden': 'true' }), `Content filter: ${outcome}`]
  const attributes = { class: 'filter', 'data-filtered': String(filtered) }
  if (all.length === 0) return element('p', attributes, ...title)
  const note = element('details', attributes, element('summary', {}, ...title), element('ul', {}, ...all.map(([name, verdict]) => chip(name, verdict))))
  note.open = filtered
  return note
}

function chip(name: string, verdict: FilterVerdict | null): HTMLLIElement {
  const found = verdict?.severity ?? (verdict?.detected === undefined ? '' : verdict.detected ? 'detected' : 'not detected')
  const words = [name.replaceAll('_', ' '), found].filter((word) => word !== '').join(': ')
  return element('li', { class: verdict?.filtered ? 'struck' : '' }, verdict?.filtered ? `${words}, withheld` : words)
}
