/**
 * The panel with the kept conversations: opens, renames and deletes them, and holds the switch that keeps them at all.
 * @module
 */
import { createConfirm } from './confirm.ts'
import { byId } from './dom.ts'
import { conversationRow } from './history-row.ts'
import { createKeeping } from './keeping.ts'
import { treeOf } from './kept-schema.ts'
import type { Kept } from './kept-schema.ts'
import type { Tree } from './tree.ts'

/** What the panel works with. */
export interface HistoryOptions {
  readonly say: (words: string) => void
  /** The conversation that is shown. */
  readonly current: () => Tree
  readonly open: (tree: Tree) => void
  /** Begins a new one. */
  readonly fresh: () => void
}

/** The panel. */
export interface History {
  /** Keeps a conversation, where that is wanted. */
  save(tree: Tree): void
  toggle(): void
  /** Marks the conversation that is shown. */
  show(): void
}

/** Where there is room beside the conversation, the panel takes it; elsewhere it lies over it. */
const WIDE = matchMedia('(min-width: 60rem)')

/** Prepares the panel, which opens from its button. */
export function createHistory({ say, current, open, fresh }: HistoryOptions): History {
  const panel = byId('history', HTMLDialogElement)
  const list = byId('kept', HTMLElement)
  const button = byId('conversations', HTMLButtonElement)
  const choice = byId('keep', HTMLInputElement)
  const note = byId('kept-note', HTMLElement)
  const problem = byId('kept-problem', HTMLElement)
  const confirm = createConfirm()
  let reading = Promise.resolve()

  const keeping = createKeeping({
    // One after the other, so that what is shown is what was read last.
    changed() {
      reading = reading.then(refresh)
    },
    failed(words) {
      problem.textContent = words
      say(words)
    },
  })

  async function refresh(): Promise<void> {
    choice.checked = keeping.on
    byId('kept-where', HTMLElement).textContent = keeping.on
      ? 'Kept in a database of this browser (IndexedDB), on this device, for this address alone. Whoever uses this browser can read them. No token is kept.'
      : 'Off: nothing is stored, and a conversation ends with its tab.'
    if (!panel.open) return
    const { kept, unreadable } = await keeping.all()
    const focused = list.contains(document.activeElement) ? document.activeElement?.closest('li')?.dataset['id'] : undefined
    // A title that is being written is not taken away by what another tab does.
    if (list.querySelector('input')) return
    list.replaceChildren(...kept.map((one) => conversationRow(one, { open: () => show(one), rename: (title) => keeping.rename(one.id, title), remove: () => remove(one) })))
    note.textContent = unreadable > 0 ? `${unreadable} of what is kept cannot be read, and is left as it is.` : keeping.on && kept.length === 0 ? 'Nothing is kept yet.' : ''
    mark()
    if (focused !== undefined) rowOf(focused)?.querySelector<HTMLElement>('.open')?.focus()
  }

  const rowOf = (id: string) => [...list.children].find((row): row is HTMLElement => row instanceof HTMLElement && row.dataset['id'] === id)

  function mark(): void {
    const { id } = current()
    for (const row of list.children) row.querySelector('.open')?.setAttribute('aria-current', String(row instanceof HTMLElement && row.dataset['id'] === id))
  }

  function show(kept: Kept): void {
    if (!WIDE.matches) panel.close()
    // What is shown already may have grown, and may be growing.
    if (kept.id !== current().id) open(treeOf(kept))
    mark()
  }

  async function remove({ id, title }: Kept): Promise<void> {
    if (!(await confirm(`Delete “${title}”?`, 'It is deleted from this browser, for good.', 'Delete'))) return
    const at = [...list.children].findIndex((row) => row === rowOf(id))
    if (id === current().id) fresh()
    await keeping.remove(id)
    await reading
    say(`“${title}” is deleted`)
    const next = list.children[Math.min(at, list.children.length - 1)]
    ;(next?.querySelector<HTMLElement>('.open') ?? byId('history-fresh', HTMLButtonElement)).focus()
  }

  async function choose(): Promise<void> {
    problem.textContent = ''
    if (choice.checked) {
      if (await keeping.turnOn()) keeping.save(current())
      return
    }
    // On until it is confirmed.
    choice.checked = true
    const { kept } = await keeping.all()
    const many = kept.length === 1 ? 'one conversation' : `${kept.length} conversations`
    if (kept.length > 0 && !(await confirm('Keep no conversations?', `This deletes ${many} from this browser, for good. What is shown stays until the page is closed.`, 'Delete them'))) return
    if (await keeping.turnOff()) say('No conversation is kept any more')
  }

  function toggle(): void {
    if (panel.open) return panel.close()
    if (WIDE.matches) panel.show()
    else panel.showModal()
    button.setAttribute('aria-expanded', 'true')
    reading = reading.then(refresh)
  }

  button.addEventListener('click', toggle)
  panel.addEventListener('close', () => {
    button.setAttribute('aria-expanded', 'false')
    // Beside the conversation, the panel does not give the focus back by itself.
    if (document.activeElement === document.body) button.focus()
  })
  panel.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return
    event.preventDefault()
    panel.close()
    button.focus()
  })
  WIDE.addEventListener('change', () => panel.open && panel.close())
  choice.addEventListener('change', () => void choose())
  byId('history-fresh', HTMLButtonElement).addEventListener('click', () => {
    if (!WIDE.matches) panel.close()
    fresh()
    mark()
  })
  void refresh()

  return { save: keeping.save, toggle, show: mark }
}
