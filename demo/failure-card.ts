/**
 * A failure in, a card out: what happened, what to do, the service's words and the facts, and one way on.
 * @module
 */
import type { AnyChatError } from 'keyless-chat'
import { ADVICE } from './advice.ts'
import type { Action } from './advice.ts'
import { lead } from './cures.ts'
import { element, factList } from './dom.ts'
import { filterNote } from './filter-note.ts'

/** What the card's button does. */
export interface CardActions {
  readonly retry: () => void
  /** Gets a new token, with the user's help, then asks again. */
  readonly renew: (error: AnyChatError) => void
  /** What its button says. */
  readonly renewing: string
  /** What leaves a parameter out and asks again; undefined where that is not set. */
  readonly leaveOut: (parameter: string) => (() => void) | undefined
}

/** Facts worth showing, where the failure has them, and their labels. */
const FACTS: Readonly<Record<string, string>> = {
  status: 'Status',
  serviceCode: 'Service code',
  param: 'Parameter',
  attempts: 'Requests sent',
  requestId: 'Request id',
  limitMs: 'Limit (ms)',
  maxMessageBytes: 'Limit (bytes)',
  path: 'Field',
  contentType: 'Content type',
  scope: 'Token is for',
  expectedScope: 'Service expects',
  kind: 'Endpoint kind',
  operation: 'Operation',
  url: 'Address',
}

/** Makes the card of a failure. */
export function failureCard(error: AnyChatError, actions: CardActions): HTMLElement {
  const { title, remedy } = ADVICE[error.code]
  const all = new Map<string, unknown>(Object.entries(error))
  const facts = Object.entries(FACTS).flatMap(([name, label]) => {
    const value = all.get(name)
    return (typeof value === 'string' || typeof value === 'number') && value !== '' ? [[name, label, String(value)] as const] : []
  })
  const words = 'serviceMessage' in error ? error.serviceMessage : 'snippet' in error ? error.snippet : undefined
  return element(
    'section',
    { class: 'failure', 'data-code': error.code, 'aria-label': `Failure: ${title}` },
    element('header', {}, element('span', { class: 'icon warning', 'aria-hidden': 'true' }), element('h3', {}, title), element('code', { class: 'chip' }, error.code)),
    element('p', { class: 'remedy' }, remedy),
    ...(words ? [element('blockquote', {}, words)] : []),
    ...(error.code === 'content-filter' ? [filterNote(error.contentFilter)] : []),
    ...('issues' in error ? [element('ul', { class: 'issues' }, ...error.issues.map(({ path, message }) => element('li', {}, path === '' ? message : `${path}: ${message}`)))] : []),
    element('div', { class: 'actions' }, wayOn(error, actions)),
    ...(facts.length > 0 ? [factList(facts)] : []),
    element('details', { class: 'library' }, element('summary', {}, 'In the library\'s words'), element('p', {}, error.message)),
  )
}

/** What the buttons say that are about no more than the page. */
const LABELS = { deployment: 'Choose another deployment', settings: 'Open the settings', check: 'Check the connection', reword: 'Change the question', fresh: 'New conversation' } as const

/** Makes the one button. Where it leads to a cure that the reader takes, it asks again once they are back. */
function wayOn(error: AnyChatError, actions: CardActions): HTMLButtonElement {
  let action: Action = ADVICE[error.code].action
  const parameter = error.code === 'unsupported-parameter' ? error.param : undefined
  const leave = action === 'leave-out' && parameter !== undefined ? actions.leaveOut(parameter) : undefined
  if (action === 'leave-out' && !leave) action = 'deployment'
  const button = element('button', { type: 'button', class: action === 'retry' ? 'retry primary' : action === 'renew' ? 'renew' : 'primary', 'data-action': action })

  switch (action) {
    case 'retry':
      return again(button, actions.retry, 'retryAfterMs' in error ? error.retryAfterMs : undefined)
    case 'renew':
      button.append(actions.renewing)
      button.addEventListener('click', () => actions.renew(error))
      return button
    case 'leave-out':
      button.append(`Leave out ${parameter ?? ''}`)
      if (leave) button.addEventListener('click', leave)
      return button
    default:
      button.append(LABELS[action])
  }
  const asking = (label: string) => {
    const next = element('button', { type: 'button', class: 'retry primary', 'data-action': 'retry' })
    button.replaceWith(again(next, actions.retry, undefined, label))
    return next
  }
  button.addEventListener('click', () => lead(action, button, asking))
  return button
}

/** Makes the row of an answer that did not fail and can be asked for again. */
export function actionsOf({ retry }: CardActions): HTMLElement {
  return element('div', { class: 'actions' }, again(element('button', { type: 'button', class: 'retry' }), retry))
}

function again(button: HTMLButtonElement, retry: () => void, waitMs = 0, label = 'Retry'): HTMLButtonElement {
  button.textContent = label
  button.addEventListener('click', retry)
  if (waitMs >= 1000) countDown(button, waitMs)
  return button
}

/** Keeps a button disabled for as long as the service asked to wait. */
function countDown(button: HTMLButtonElement, waitMs: number): void {
  const end = Date.now() + waitMs
  const timer = setInterval(tick, 500)
  button.disabled = true
  tick()

  function tick(): void {
    const left = end - Date.now()
    button.disabled = left > 0
    button.textContent = left > 0 ? `Retry in ${inWords(left)}` : 'Retry'
    if (left <= 0 || (!button.isConnected && left < waitMs - 1000)) clearInterval(timer)
  }
}

/** Says a wait, rounded up: `2 s`, `5 min`, `24 h`. */
export function inWords(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000)
  if (seconds < 100) return `${seconds} s`
  return seconds < 6000 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3600)} h`
}
