/**
 * A question that wants a yes before something is deleted.
 * @module
 */
import { byId } from './dom.ts'

/** Asks; resolves false where the reader leaves it. */
export type Confirm = (title: string, words: string, yes: string) => Promise<boolean>

/** Prepares the dialog. */
export function createConfirm(): Confirm {
  const dialog = byId('confirm', HTMLDialogElement)
  const yes = byId('confirm-yes', HTMLButtonElement)
  yes.addEventListener('click', () => dialog.close('yes'))
  byId('confirm-no', HTMLButtonElement).addEventListener('click', () => dialog.close('no'))

  return function confirm(title, words, answer) {
    byId('confirm-title', HTMLElement).textContent = title
    byId('confirm-words', HTMLElement).textContent = words
    yes.textContent = answer
    dialog.returnValue = 'no'
    dialog.showModal()
    return new Promise((resolve) => dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true }))
  }
}
