/**
 * A call that a model makes: its name and arguments, the reader's word on it, and what came of it.
 * @module
 */
import type { ToolResultEvent } from 'keyless-chat/tools'
import { element } from './dom.ts'

/** One call's place in an answer. */
export interface ToolCard {
  readonly root: HTMLElement
  /** Offers the choice; rejects with the signal's reason. `decided` is called where the button that was used had the focus. */
  ask(signal: AbortSignal, decided: () => void): Promise<boolean>
  /** Shows what came of it. */
  show(event: ToolResultEvent): void
  /** Says that nothing will come of it any more. */
  leave(): void
}

/** How far a call is, in words. */
const STATES = { asking: 'May the model call', running: 'Running', done: 'Result', refused: 'Refused, nothing was run', failed: 'Failed', left: 'Stopped' } as const

/** Makes the card of a call. What the model wrote is only ever text. */
export function toolCard(name: string, input: unknown): ToolCard {
  const state = element('p', { class: 'state' })
  // The focus may come here, so that the choice is one key away and none is made by accident.
  const root = element(
    'section',
    { class: 'card call', tabindex: '-1', 'aria-label': `The model calls ${name}` },
    element('header', {}, element('span', { class: 'icon tool', 'aria-hidden': 'true' }), element('h3', {}, name)),
    element('pre', { class: 'arguments' }, written(input)),
    state,
  )

  function say(what: keyof typeof STATES): void {
    root.dataset['state'] = what
    // With its name, as the head of the card may be out of sight.
    state.textContent = what === 'asking' ? `${STATES[what]} ${name}?` : STATES[what]
  }
  say('running')

  return {
    root,
    ask(signal, decided) {
      say('asking')
      return new Promise((resolve, reject) => {
        const allow = element('button', { type: 'button', class: 'renew allow' }, 'Allow')
        const refuse = element('button', { type: 'button', class: 'refuse' }, 'Refuse')
        const row = element('div', { class: 'actions' }, allow, refuse)
        const leave = () => {
          row.remove()
          reject(signal.reason as Error)
        }
        const choose = (allowed: boolean) => () => {
          signal.removeEventListener('abort', leave)
          const focused = row.contains(document.activeElement)
          row.remove()
          say(allowed ? 'running' : 'refused')
          if (focused) decided()
          resolve(allowed)
        }
        allow.addEventListener('click', choose(true))
        refuse.addEventListener('click', choose(false))
        signal.addEventListener('abort', leave, { once: true })
        root.append(row)
        if (signal.aborted) leave()
      })
    },
    show({ output, error, refused }) {
      say(refused ? 'refused' : error === undefined ? 'done' : 'failed')
      if (error !== undefined) root.append(element('p', { class: 'outcome' }, error instanceof Error ? error.message : String(error)))
      else if (!refused) root.append(element('pre', { class: 'outcome' }, written(output)))
    },
    leave() {
      if (root.dataset['state'] === 'asking' || root.dataset['state'] === 'running') say('left')
    },
  }
}

/** On one line where that can be read. */
function written(value: unknown): string {
  const line = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')
  return line.length <= 60 || typeof value === 'string' ? line : JSON.stringify(value, null, 2)
}
