/**
 * The page: its controls, one connection, one conversation. Without a key, and with tokens in memory alone.
 * @module
 */
import { connect } from 'keyless-chat'
import type { Connection } from 'keyless-chat'
import { loadMarkdown } from './answer-body.ts'
import { createAttachments } from './attachments.ts'
import { createChecklist } from './checklist.ts'
import { emulated, entered, forget, remember, served } from './config.ts'
import type { Config } from './config.ts'
import { showConnection } from './connection-bar.ts'
import { createConversation } from './conversation.ts'
import { byId, element } from './dom.ts'
import { createExchanges } from './exchange.ts'
import { follow } from './follow.ts'
import { identify } from './identity.ts'
import type { Identity } from './identity.ts'
import { faultOf, fillPicker, limitsFrom } from './settings.ts'
import { createSettingsForm } from './settings-form.ts'
import { createSuggestions } from './suggestions.ts'
import { createWays } from './ways.ts'

const prompt = byId('prompt', HTMLTextAreaElement)
const deployment = byId('deployment', HTMLSelectElement)
const session = byId('session', HTMLSelectElement)
const send = byId('send', HTMLButtonElement)
const list = byId('messages', HTMLElement)
const toEnd = follow(byId('log', HTMLElement), list, byId('latest', HTMLButtonElement))

const defaults = await served()
let config: Config = entered(defaults)
let identity: Identity
let foundry: Connection
/** False until the settings work. */
let ready = false

const say = (words: string, more = ''): void => byId('status', HTMLElement).replaceChildren(words, element('span', { class: 'unseen' }, more))
const conversation = createConversation({ connection: () => foundry, deployment: () => deployment.value, dataSources: () => config.dataSources })
const exchanges = createExchanges({
  list,
  conversation,
  deployment: () => deployment.value,
  say,
  changed: showState,
  refocus: () => prompt.focus(),
  // Who is writing is not interrupted. The list follows by itself, for as long as the reader is at its end.
  asking: (card) => prompt.value === '' && !document.querySelector('dialog[open]') && card.focus({ preventScroll: true }),
  renew,
  renewing: () => identity.ask,
})
const attachments = createAttachments({ say, changed: showState })
const ways = createWays({
  ask: submit,
  // The service grants it to these models alone.
  chosen: (way) => way === 'data' && !deployment.value.startsWith('gpt-4o') && choose('gpt-4o-mini'),
})
const showSuggestions = createSuggestions({ ways, attachments, choose, ask: submit })

/** Connects as the settings say, and only then lets go of what was. */
async function start(next: Config): Promise<void> {
  const who = await identify(next, session)
  foundry = connectAs(next, who)
  identity = who
  config = next
  ready = true
  byId('check', HTMLButtonElement).disabled = false
  const chosen = deployment.value
  fillPicker(deployment, config)
  if (!choose(chosen)) choose(config.deployments[0])
  byId('real', HTMLElement).hidden = emulated(config)
  byId('emulated', HTMLElement).hidden = !emulated(config)
  showSuggestions(emulated(config))
  ways.allow('data', config.dataSources.length > 0)
  showConnection(foundry, identity)
  showState()
}

/** Chooses a deployment, if there is one of that name. */
function choose(name: string | undefined): boolean {
  const there = [...deployment.options].some(({ value }) => value === name)
  if (name !== undefined && there) deployment.value = name
  return there
}

/** A connection caches its tokens, so another session is another connection. */
function connectAs({ endpoint, scope, mode }: Config, { token }: Identity): Connection {
  const { retries = 2, maxRetryWaitMs = 60_000, maxMessageBytes, ...timeouts } = limitsFrom(location.hash)
  // What a page gets that asks for another service's tokens.
  const asked = mode !== 'msal' && session.value === 'other-service' ? 'https://graph.microsoft.com/.default' : scope
  return connect({
    endpoint,
    token,
    timeouts,
    retries,
    maxRetryWaitMs,
    ...(maxMessageBytes === undefined ? {} : { maxMessageBytes }),
    ...(asked ? { scope: asked } : {}),
    onRetry: (retry) => exchanges.waiting(retry),
  })
}

function reconnect(): void {
  if (!ready) return
  foundry = connectAs(config, identity)
  showConnection(foundry, identity)
}

/** Asks the user, in a click. Another user is another connection. */
async function renew(error: unknown): Promise<boolean> {
  try {
    await identity.renew(error, foundry.endpoint.scopes)
    return true
  } catch (failure) {
    say(`Not signed in: ${(failure as { errorCode?: string }).errorCode ?? String(failure)}`)
    return false
  } finally {
    reconnect()
  }
}

function showState(): void {
  const { busy } = conversation
  send.dataset['state'] = busy ? 'stop' : 'send'
  send.setAttribute('aria-label', busy ? 'Stop' : 'Send')
  send.disabled = !busy && (attachments.reading || (prompt.value.trim() === '' && attachments.empty))
  byId('welcome', HTMLElement).hidden = !exchanges.empty
  byId('fault', HTMLElement).textContent = faultOf(deployment.value, config)
}

/** Asks what is written, or what was suggested, with the pictures that were attached. */
function submit(words = prompt.value.trim()): void {
  if (conversation.busy || attachments.reading || (words === '' && attachments.empty)) return
  if (!ready) return openSettings()
  if (words === prompt.value.trim()) prompt.value = ''
  const pictures = attachments.take()
  exchanges.ask({ words, images: pictures.map(({ part }) => part), way: ways.current }, pictures.map(({ thumbnail }) => thumbnail))
  toEnd()
  // What was suggested may be gone, and Stop is next to here.
  prompt.focus()
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
  // A dialog closes by it.
  if (event.key === 'Escape' && !document.querySelector('dialog[open]')) conversation.stop()
})
deployment.addEventListener('change', showState)
session.addEventListener('change', reconnect)
window.addEventListener('hashchange', reconnect)
byId('sign', HTMLButtonElement).addEventListener('click', () => {
  if (identity.account?.() === undefined) void renew(undefined)
  else void identity.signOut?.().then(reconnect)
})
byId('fresh', HTMLButtonElement).addEventListener('click', () => {
  exchanges.clear()
  prompt.focus()
})

const openSettings = createSettingsForm({
  served: defaults,
  current: () => config,
  async apply(next) {
    await start(next)
    remember(next, defaults)
  },
  async reset() {
    await start(defaults)
    forget()
  },
})
createChecklist(() => foundry, () => deployment.value)
for (const button of document.querySelectorAll<HTMLElement>('dialog .close')) button.addEventListener('click', () => button.closest('dialog')?.close())
try {
  await start(config)
} catch (error) {
  // Nothing is configured yet, or what was entered does not work any more.
  openSettings(error)
}
// On a phone the keyboard would cover the page.
if (matchMedia('(pointer: fine)').matches) prompt.focus()
// After the first paint, and before the first answer. It is tried again with that.
loadMarkdown().catch(() => {})
