/**
 * A text in, a button out that copies it and says so: in its own words, and to those who do not see them.
 * @module
 */
import { element } from './dom.ts'

/** How long the button says that it has copied. */
const SAID_MS = 2000

/** Makes the button. `what` names the text: `code`, `answer`. */
export function copyButton(what: string, text: (button: HTMLButtonElement) => string, say: (words: string) => void): HTMLButtonElement {
  const label = element('span', {}, 'Copy')
  const button = element('button', { type: 'button', class: 'copy' }, element('span', { class: 'icon sheets', 'aria-hidden': 'true' }), label, element('span', { class: 'unseen' }, ` ${what}`))
  let timer: ReturnType<typeof setTimeout> | undefined

  async function press(): Promise<void> {
    const copied = await copy(text(button))
    clearTimeout(timer)
    button.dataset['state'] = copied ? 'copied' : 'failed'
    label.textContent = copied ? 'Copied' : 'Not copied'
    say(copied ? `Copied the ${what}` : `Cannot copy the ${what}: the browser does not let this page`)
    timer = setTimeout(() => {
      delete button.dataset['state']
      label.textContent = 'Copy'
    }, SAID_MS)
  }

  button.addEventListener('click', () => void press())
  return button
}

/** Copies; false where the browser refuses. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // Not there on a page without TLS, and refused where a policy or the reader says so.
    return copySelected(text)
  }
}

/** The older way: selects the text in a field and copies what is selected. https://developer.mozilla.org/docs/Web/API/Document/execCommand */
function copySelected(text: string): boolean {
  const before = document.activeElement
  const field = element('textarea', { class: 'unseen', readonly: '', 'aria-hidden': 'true', tabindex: '-1' })
  field.value = text
  document.body.append(field)
  field.select()
  try {
    return document.execCommand('copy')
  } finally {
    field.remove()
    if (before instanceof HTMLElement) before.focus({ preventScroll: true })
  }
}
