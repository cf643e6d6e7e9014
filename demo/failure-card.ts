/**
 * A failure in, a card out: what happened, what to do, the service's words and the facts, and the way on.
 * @module
 */
import type { AnyChatError } from 'keyless-chat'
import { ADVICE } from './advice.ts'
import type { Advice } from './advice.ts'
import { element, factList } from './dom.ts'
import { filterNote } from './filter-note.ts'

/** What the card's buttons do. */
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
  const { title, remedy, renew }: Advice = ADVICE[error.code]
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
    ...(facts.length > 0 ? [factList(facts)] : []),
    element('details', { class: 'library' }, element('summary', {}, 'In the library\'s words'), element('p', {}, error.message)),
    actionsOf(actions, { error: renew ? error : undefined, waitMs: 'retryAfterMs' in error ? error.retryAfterMs : undefined, refused: error.code === 'unsupported-parameter' ? error.param : undefined }),
  )
}

/** Makes the row of buttons below an answer that can be asked for again. */
export function actionsOf(
  { retry, renew, renewing, leaveOut }: CardActions,
  options: { readonly error?: AnyChatError | undefined; readonly waitMs?: number | undefined; readonly refused?: string | undefined } = {},
): HTMLElement {
  const again = element('button', { type: 'button', class: 'retry' }, 'Retry')
  again.addEventListener('click', retry)
  const row = element('div', { class: 'actions' }, again)
  const { error, refused } = options
  const leave = refused === undefined ? undefined : leaveOut(refused)
  if (leave) {
    const without = element('button', { type: 'button', class: 'renew' }, `Leave out ${refused}`)
    without.addEventListener('click', leave)
    row.prepend(without)
  }
  if (error) {
    const token = element('button', { type: 'button', class: 'renew' }, renewing)
    token.addEventListener('click', () => renew(error))
    row.prepend(token)
    // Nothing but the user helps.
    if (error.code === 'interaction-required') again.remove()
  }
  if (options.waitMs !== undefined && options.waitMs >= 1000) countDown(again, options.waitMs)
  return row
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
