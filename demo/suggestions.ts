/**
 * What the empty page suggests: one click chooses a deployment and a way, and asks.
 * @module
 */
import type { Attachments } from './attachments.ts'
import { byId } from './dom.ts'
import { paintPicture } from './picture.ts'
import type { Way } from './question.ts'
import type { Ways } from './ways.ts'

/** What suggestions are carried out with. */
export interface SuggestionsOptions {
  readonly ways: Ways
  readonly attachments: Attachments
  /** Chooses a deployment. */
  readonly choose: (deployment: string | undefined) => void
  readonly ask: (words: string) => void
}

/** Prepares the suggestions; returns what hides those that need an emulator. */
export function createSuggestions({ ways, attachments, choose, ask }: SuggestionsOptions): (emulated: boolean) => void {
  const buttons = byId('suggestions', HTMLElement).querySelectorAll('button')

  async function carryOut(button: HTMLButtonElement): Promise<void> {
    const { deployment, way = 'words', picture } = button.dataset
    choose(deployment)
    ways.choose(way as Way)
    if (picture !== undefined) await attachments.add([await paintPicture()])
    ask(button.querySelector('.words')?.textContent ?? '')
  }

  for (const button of buttons) button.addEventListener('click', () => void carryOut(button))
  return (emulated) => {
    for (const button of buttons) button.hidden = !emulated && button.dataset['deployment']?.includes('~') === true
  }
}
