/**
 * What helps against a failure and is the reader's to do: leads from a card to the page's own controls, and back to the question.
 * @module
 */
import { byId } from './dom.ts'

/** What a reader can be led to. */
export type Cure = 'deployment' | 'settings' | 'check' | 'reword' | 'fresh'

/** Leads to a cure; `asking` puts a button that asks again into the place of the card's own. */
export function lead(cure: Cure, button: HTMLButtonElement, asking: (label: string) => HTMLButtonElement): void {
  switch (cure) {
    case 'deployment': {
      const picker = byId('deployment', HTMLSelectElement)
      picker.focus()
      // Whoever comes by twice has chosen nothing yet, and shall be heard once.
      if (button.dataset['led'] !== undefined) return
      button.dataset['led'] = ''
      picker.addEventListener('change', () => button.isConnected && asking(`Ask ${picker.value}`), { once: true })
      return
    }
    case 'settings':
    case 'check': {
      byId(cure, HTMLButtonElement).click()
      const dialog = document.querySelector('dialog[open]')
      const next = asking('Retry')
      // It is where the focus was, and will be looked for there.
      dialog?.addEventListener('close', () => next.isConnected && next.focus(), { once: true })
      return
    }
    case 'reword':
      return reword()
    case 'fresh': {
      const words = lastQuestion()?.querySelector<HTMLElement>('.text')?.innerText ?? ''
      byId('fresh', HTMLButtonElement).click()
      write(words)
    }
  }
}

/** Opens the question where it stands, or writes it into the place for the next one. */
function reword(): void {
  const question = lastQuestion()
  const pencil = question?.querySelector<HTMLButtonElement>('.act.edit')
  if (pencil) pencil.click()
  else write(question?.querySelector<HTMLElement>('.text')?.innerText ?? '')
}

function lastQuestion(): Element | undefined {
  return [...document.querySelectorAll('#messages .question')].at(-1)
}

function write(words: string): void {
  const prompt = byId('prompt', HTMLTextAreaElement)
  if (prompt.value === '') prompt.value = words
  prompt.dispatchEvent(new Event('input', { bubbles: true }))
  prompt.focus()
}
