/**
 * A content filter's verdict in, a note with its categories out.
 * @module
 */
import type { ContentFilter, FilterVerdict } from 'keyless-chat'
import { element } from './dom.ts'

/** Makes the note; open where something was withheld. */
export function filterNote({ filtered, source, categories }: ContentFilter): HTMLDetailsElement {
  const all = Object.entries(categories)
  const whose = source === 'prompt' ? 'message' : 'answer'
  const outcome = filtered ? `withheld ${source === 'prompt' ? 'the' : 'part of the'} ${whose}` : `looked at the ${whose}, withheld nothing`
  const note = element('details', { class: 'filter', 'data-filtered': String(filtered) }, element('summary', {}, element('span', { class: 'icon shield', 'aria-hidden': 'true' }), `Content filter ${outcome}`))
  note.append(element('ul', {}, ...all.map(([name, verdict]) => chip(name, verdict))))
  note.open = filtered
  return note
}

function chip(name: string, verdict: FilterVerdict | null): HTMLLIElement {
  const found = verdict?.severity ?? (verdict?.detected === undefined ? '' : verdict.detected ? 'detected' : 'not detected')
  const words = [name.replaceAll('_', ' '), found].filter((word) => word !== '').join(': ')
  return element('li', { class: verdict?.filtered ? 'struck' : '' }, verdict?.filtered ? `${words}, withheld` : words)
}
