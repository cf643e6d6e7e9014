/**
 * One kept conversation in its list: opens, is renamed in place, is deleted.
 * @module
 */
import { iconButton } from './branches.ts'
import { element } from './dom.ts'
import type { Kept } from './kept-schema.ts'

/** What a row's buttons do. */
export interface RowActions {
  readonly open: () => void
  readonly rename: (title: string) => Promise<void>
  readonly remove: () => Promise<void>
}

/** Makes the row. */
export function conversationRow({ id, title, deployment, changed }: Kept, { open, rename, remove }: RowActions): HTMLElement {
  const opening = element('button', { type: 'button', class: 'open' }, element('span', { class: 'title' }, title), element('span', { class: 'when' }, [whenOf(changed), deployment].filter((part) => part !== '').join(' · ')))
  const pencil = iconButton('edit', `Rename “${title}”`)
  const bin = iconButton('bin', `Delete “${title}”`)
  const row = element('li', { 'data-id': id }, opening, pencil, bin)

  function edit(): void {
    const field = element('input', { type: 'text', 'aria-label': 'New title', maxlength: '200' })
    field.value = title
    let ended = false
    function end(wanted: string): void {
      if (ended) return
      ended = true
      const focused = document.activeElement === field
      row.replaceChildren(opening, pencil, bin)
      if (focused) opening.focus()
      if (wanted !== '' && wanted !== title) void rename(wanted)
    }
    field.addEventListener('keydown', (event) => {
      if (event.isComposing || (event.key !== 'Enter' && event.key !== 'Escape')) return
      event.preventDefault()
      end(event.key === 'Enter' ? field.value.trim() : '')
    })
    field.addEventListener('blur', () => end(field.value.trim()))
    row.replaceChildren(field)
    field.select()
    field.focus()
  }

  opening.addEventListener('click', open)
  pencil.addEventListener('click', edit)
  bin.addEventListener('click', () => void remove())
  return row
}

/** Says when: today by the clock, else by the day. */
function whenOf(at: number): string {
  const then = new Date(at)
  const today = then.toDateString() === new Date().toDateString()
  return then.toLocaleString('en-GB', today ? { hour: '2-digit', minute: '2-digit' } : { day: 'numeric', month: 'short', year: 'numeric' })
}
