/**
 * What keys do on the whole page, and the list of them. None is a letter alone, which a voice that dictates might press.
 * @module
 */
import { byId, element } from './dom.ts'

/** What keys call. */
export interface ShortcutActions {
  readonly fresh: () => void
  readonly history: () => void
  readonly parameters: () => void
  readonly edit: () => void
  readonly regenerate: () => void
  readonly compose: () => void
}

interface Shortcut {
  /** Where the key is, as a letter with Alt is another one on some keyboards. */
  readonly code: string
  readonly key: string
  readonly words: string
  readonly does: keyof ShortcutActions
}

const SHORTCUTS: readonly Shortcut[] = [
  { code: 'KeyM', key: 'M', words: 'Write a message', does: 'compose' },
  { code: 'KeyN', key: 'N', words: 'New conversation', does: 'fresh' },
  { code: 'KeyC', key: 'C', words: 'Conversations', does: 'history' },
  { code: 'KeyP', key: 'P', words: 'Model and parameters', does: 'parameters' },
  { code: 'KeyE', key: 'E', words: 'Edit the last question', does: 'edit' },
  { code: 'KeyR', key: 'R', words: 'Answer again', does: 'regenerate' },
]
const FIXED: readonly (readonly [keys: readonly string[], words: string])[] = [
  [['Enter'], 'Send'],
  [['Shift', 'Enter'], 'Break the line'],
  [['Esc'], 'Stop the answer; leave an edit or a panel'],
  [['Ctrl', '/'], 'This list'],
]

/** Prepares the keys, and the list, which opens from its button as well. */
export function createShortcuts(actions: ShortcutActions): void {
  const dialog = byId('shortcuts', HTMLDialogElement)
  const rows = [...FIXED, ...SHORTCUTS.map(({ key, words }) => [['Alt', key], words] as const)]
  byId('shortcut-list', HTMLElement).append(
    ...rows.map(([keys, words]) => element('div', {}, element('dt', {}, ...keys.flatMap((key, index) => [...(index > 0 ? [' '] : []), element('kbd', {}, key)])), element('dd', {}, words))),
  )
  byId('help', HTMLButtonElement).addEventListener('click', () => dialog.showModal())
  document.addEventListener('keydown', (event) => {
    const modal = document.querySelector(':modal')
    if (event.key === '/' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      if (dialog.open) dialog.close()
      else if (!modal) dialog.showModal()
      return
    }
    // AltGr, which writes letters, says that it is Ctrl as well.
    if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || modal) return
    const shortcut = SHORTCUTS.find(({ code }) => code === event.code)
    if (!shortcut) return
    event.preventDefault()
    actions[shortcut.does]()
  })
}
