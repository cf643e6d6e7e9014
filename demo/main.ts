/**
 * The page: its parts, and how they hear of each other. Without a key, and with tokens in memory alone.
 * @module
 */
import { loadMarkdown } from './answer-body.ts'
import { createAwake } from './awake.ts'
import { createChecklist } from './checklist.ts'
import { createComposer } from './composer.ts'
import { emulated, entered, forget, remember, served } from './config.ts'
import { createConnecting } from './connecting.ts'
import { createConversation } from './conversation.ts'
import { byId, element } from './dom.ts'
import { createExchanges } from './exchange.ts'
import { follow } from './follow.ts'
import { createHistory } from './history.ts'
import { watchNetwork } from './offline.ts'
import { createParametersForm } from './parameters-form.ts'
import { codeFor } from './request-code.ts'
import { requestFor } from './request.ts'
import { faultOf, fillPicker } from './settings.ts'
import { createSettingsForm } from './settings-form.ts'
import { createShortcuts } from './shortcuts.ts'
import { createSuggestions } from './suggestions.ts'
import { pathOf } from './tree.ts'
import { fitKeyboard } from './viewport.ts'

const deployment = byId('deployment', HTMLSelectElement)
const list = byId('messages', HTMLElement)
const toEnd = follow(byId('log', HTMLElement), list, byId('latest', HTMLButtonElement))
const say = (words: string, more = ''): void => byId('status', HTMLElement).replaceChildren(words, element('span', { class: 'unseen' }, more))

const defaults = await served()
const network = watchNetwork(say, showState)
const connecting = createConnecting({ config: entered(defaults), say, waiting: (retry) => exchanges.waiting(retry), connected: showConfig })
const parameters = createParametersForm({ picker: deployment, code, changed: showState })
const conversation = createConversation({
  connection: () => connecting.foundry,
  setup: () => ({ deployment: deployment.value, system: parameters.system, parameters: parameters.values }),
  dataSources: () => connecting.config.dataSources,
})
const composer = createComposer({
  busy: () => conversation.busy,
  stop: () => void conversation.stop(),
  held,
  ask(question) {
    exchanges.ask(question)
    toEnd()
  },
  say,
  changed: showState,
  // The service grants it to these models alone.
  chosen: (way) => way === 'data' && !deployment.value.startsWith('gpt-4o') && choose('gpt-4o-mini'),
})
const exchanges = createExchanges({
  list,
  conversation,
  deployment: () => deployment.value,
  held,
  say,
  changed: showState,
  grown: (tree) => history.save(tree),
  refocus: composer.focus,
  // Who is writing is not interrupted. The list follows by itself, for as long as the reader is at its end.
  asking: (card) => composer.empty && !document.querySelector(':modal') && card.focus({ preventScroll: true }),
  renew: (error) => connecting.renew(error),
  renewing: () => connecting.identity.ask,
  leaveOut: parameters.leaveOut,
})
const history = createHistory({
  say,
  current: () => conversation.tree,
  fresh,
  open(tree) {
    exchanges.show(tree)
    const last = pathOf(tree).at(-1)
    if (last?.kind === 'answer') choose(last.deployment)
    toEnd()
    composer.focus()
  },
})
const showSuggestions = createSuggestions({ ways: composer.ways, attachments: composer.attachments, choose, ask: composer.submit })

/** Says why nothing can be sent now, and opens what helps. */
function held(): boolean {
  if (network.offline) say('You are offline: your words stay here until you are back')
  else if (!connecting.ready) openSettings()
  return network.offline || !connecting.ready
}

/** Shows what a connection offers. */
function showConfig(): void {
  const { config } = connecting
  byId('check', HTMLButtonElement).disabled = false
  const chosen = deployment.value
  fillPicker(deployment, config)
  if (!choose(chosen)) choose(config.deployments[0])
  byId('real', HTMLElement).hidden = emulated(config)
  byId('emulated', HTMLElement).hidden = !emulated(config) || config.inPage
  byId('inside', HTMLElement).hidden = !emulated(config) || !config.inPage
  showSuggestions(emulated(config))
  composer.ways.allow('data', config.dataSources.length > 0)
  showState()
}

/** Chooses a deployment, if there is one of that name. */
function choose(name: string | undefined): boolean {
  const there = [...deployment.options].some(({ value }) => value === name)
  if (name !== undefined && there) deployment.value = name
  showState()
  return there
}

/** The request that would be sent now, as code. */
function code(): string {
  const path = pathOf(conversation.tree)
  const setup = { deployment: deployment.value, system: parameters.system, parameters: parameters.values }
  return codeFor(requestFor(path, composer.draft, setup), composer.ways.current, connecting.config)
}

function fresh(): void {
  exchanges.show()
  say('A new conversation')
  composer.focus()
}

function showState(): void {
  composer.show(network.offline)
  history.show()
  byId('welcome', HTMLElement).hidden = !exchanges.empty
  byId('fault', HTMLElement).textContent = faultOf(deployment.value, connecting.config)
}

document.addEventListener('keydown', (event) => {
  // A dialog closes by it, and so does a question that is edited.
  if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector(':modal')) void conversation.stop()
})
deployment.addEventListener('change', showState)
byId('fresh', HTMLButtonElement).addEventListener('click', fresh)

const openSettings = createSettingsForm({
  served: defaults,
  current: () => connecting.config,
  async apply(next) {
    await connecting.start(next)
    remember(next, defaults)
  },
  async reset() {
    await connecting.start(defaults)
    forget()
  },
})
createChecklist(() => connecting.foundry, () => deployment.value)
createAwake({ busy: () => conversation.busy, say, hidden: () => history.save(conversation.tree) })
createShortcuts({ fresh, history: history.toggle, parameters: parameters.open, edit: exchanges.editLast, regenerate: exchanges.regenerate, compose: composer.focus })
fitKeyboard()
for (const button of document.querySelectorAll<HTMLElement>('dialog .close')) button.addEventListener('click', () => button.closest('dialog')?.close())
try {
  await connecting.start()
} catch (error) {
  // Nothing is configured yet, or what was entered does not work any more.
  openSettings(error)
}
// On a phone the keyboard would cover the page.
if (matchMedia('(pointer: fine)').matches) composer.focus()
// After the first paint, and before the first answer. It is tried again with that.
loadMarkdown().catch(() => {})
