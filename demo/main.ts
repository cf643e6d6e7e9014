/**
 * The page: its controls, one connection, one conversation. Without a key, and with tokens in memory alone.
 * @module
 */
import { connect } from 'keyless-chat'
import type { Connection } from 'keyless-chat'
import { createConversation } from './conversation.ts'
import { byId, element } from './dom.ts'
import { createExchanges } from './exchange.ts'
import { follow } from './follow.ts'
import { tokensFor } from './session.ts'
import type { Session } from './session.ts'
import { faultOf, fillPicker, limitsFrom, limitsInWords } from './settings.ts'
import type { Resource } from './settings.ts'

const prompt = byId('prompt', HTMLTextAreaElement)
const deployment = byId('deployment', HTMLSelectElement)
const session = byId('session', HTMLSelectElement)
const send = byId('send', HTMLButtonElement)
const list = byId('messages', HTMLElement)
const toEnd = follow(byId('log', HTMLElement), list, byId('latest', HTMLButtonElement))

const resource = (await (await fetch('/emulator/resource')).json()) as Resource
let foundry: Connection = connectAs(session.value as Session)

const conversation = createConversation({ connection: () => foundry, deployment: () => deployment.value })
const exchanges = createExchanges({
  list,
  conversation,
  deployment: () => deployment.value,
  say: (words, more = '') => byId('status', HTMLElement).replaceChildren(words, element('span', { class: 'unseen' }, more)),
  changed: showState,
  // The button that had the focus is gone.
  retrying: () => prompt.focus(),
  // In a page of yours, this click opens the sign-in.
  renew() {
    session.value = 'user'
    foundry = connectAs('user')
  },
})

/** A connection caches its tokens, so another session is another connection. */
function connectAs(who: Session): Connection {
  const { retries = 2, maxRetryWaitMs = 60_000, maxMessageBytes, ...timeouts } = limitsFrom(location.hash)
  const connection = connect({
    endpoint: resource.endpoint,
    token: tokensFor(who),
    timeouts,
    retries,
    maxRetryWaitMs,
    ...(maxMessageBytes === undefined ? {} : { maxMessageBytes }),
    // What a page gets that asks for another service's tokens.
    ...(who === 'other-service' ? { scope: 'https://graph.microsoft.com/.default' } : {}),
    onRetry: (retry) => exchanges.waiting(retry),
  })
  byId('kind', HTMLElement).textContent = connection.endpoint.kind
  byId('base', HTMLElement).textContent = connection.endpoint.base
  const limits = byId('limits', HTMLElement)
  limits.textContent = limitsInWords(limitsFrom(location.hash))
  limits.hidden = limits.textContent === ''
  return connection
}

function showState(): void {
  const { busy } = conversation
  send.dataset['state'] = busy ? 'stop' : 'send'
  send.setAttribute('aria-label', busy ? 'Stop' : 'Send')
  send.disabled = !busy && prompt.value.trim() === ''
  byId('welcome', HTMLElement).hidden = !exchanges.empty
  byId('fault', HTMLElement).textContent = faultOf(deployment.value, resource)
}

function ask(words: string): void {
  exchanges.ask(words)
  toEnd()
}

function submit(): void {
  const words = prompt.value.trim()
  if (conversation.busy || words === '') return
  prompt.value = ''
  ask(words)
}

byId('composer', HTMLFormElement).addEventListener('submit', (event) => event.preventDefault())
send.addEventListener('click', (event) => {
  // The second half of a double click would stop what the first has begun.
  if (event.detail > 1) return
  if (conversation.busy) conversation.stop()
  else submit()
  // Sending leaves the button disabled, in time, and a disabled button cannot keep the focus.
  prompt.focus()
})
prompt.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
  event.preventDefault()
  submit()
})
prompt.addEventListener('input', showState)
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') conversation.stop()
})
deployment.addEventListener('change', showState)
session.addEventListener('change', () => (foundry = connectAs(session.value as Session)))
window.addEventListener('hashchange', () => (foundry = connectAs(session.value as Session)))
byId('fresh', HTMLButtonElement).addEventListener('click', () => {
  exchanges.clear()
  prompt.focus()
})

fillPicker(deployment, resource)
for (const button of byId('suggestions', HTMLElement).querySelectorAll('button')) {
  button.addEventListener('click', () => {
    deployment.value = button.dataset['deployment'] ?? deployment.value
    // The button goes with the welcome.
    prompt.focus()
    ask(button.querySelector('.words')?.textContent ?? '')
  })
}
showState()
// On a phone the keyboard would cover the page.
if (matchMedia('(pointer: fine)').matches) prompt.focus()
