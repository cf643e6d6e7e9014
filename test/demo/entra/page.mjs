/**
 * An app as users write it: MSAL signs in, the package chats. Whatever it knows is in its elements and in `page`.
 * @module
 */
import { PublicClientApplication } from '@azure/msal-browser'
import { connect, isChatError, streamChat } from 'keyless-chat'
import { msalTokens, resolveInteraction, signIn } from 'keyless-chat/msal'

const { authority, clientId, endpoint } = JSON.parse(document.querySelector('#config').textContent)
const button = (id) => document.querySelector(`#${id}`)

const app = new PublicClientApplication({
  auth: { authority, clientId, knownAuthorities: [new URL(authority).host], redirectUri: `${location.origin}/redirect.html`, clientCapabilities: ['CP1'] },
  // In memory, so that any token in a storage is one that the package has put there; MSAL refuses redirects with that.
  cache: { cacheLocation: location.search === '?redirect' ? 'sessionStorage' : 'memoryStorage' },
  system: { popupBridgeTimeout: 10_000, iframeBridgeTimeout: 5_000 },
})
await app.initialize()
const returned = await app.handleRedirectPromise()
if (returned) app.setActiveAccount(returned.account)

/** What the package has asked the provider for. */
const asked = []
const provider = msalTokens(app)

function connection() {
  return connect({
    endpoint,
    token(request) {
      const { scopes, claims, forceRefresh } = request
      asked.push({ scopes, forceRefresh, ...(claims && { claims }) })
      return provider(request)
    },
  })
}

let foundry = connection()
let failed
const messages = []

function add(role, text) {
  const item = document.createElement('li')
  item.className = role
  item.textContent = text
  document.querySelector('#messages').append(item)
  return item
}

/** Asks for an answer to all that was said; returns what it was, or how it failed. */
async function answer(from = foundry) {
  const stream = streamChat(from, { model: 'gpt-4o-mini', messages: [...messages] })
  const item = add('assistant', '')
  try {
    for await (const text of stream.text) item.textContent += text
    messages.push({ role: 'assistant', content: item.textContent })
    return { text: item.textContent, attempts: (await stream.response).attempts }
  } catch (error) {
    if (!isChatError(error)) throw error
    failed = error
    item.className = 'error'
    item.textContent = `${error.code}: ${error.message}`
    console.warn(error)
    const { code, message, claims, status, attempts } = error
    return { code, message, claims, status, attempts }
  }
}

function ask(words) {
  messages.push({ role: 'user', content: words })
  add('user', words)
  return answer()
}

async function shown(interaction) {
  try {
    const account = await interaction
    button('account').textContent = account?.username ?? ''
  } catch (error) {
    button('account').textContent = `failed: ${error.errorCode ?? error.code ?? error}`
  }
}

button('popup').onclick = () => shown(signIn(app, { scopes: foundry.endpoint.scopes, method: 'popup' }))
button('redirect').onclick = () => shown(signIn(app, { scopes: foundry.endpoint.scopes, method: 'redirect' }))
button('switch').onclick = () => shown(signIn(app, { scopes: foundry.endpoint.scopes, method: 'popup', prompt: 'select_account' }))
button('resolve').onclick = async () => {
  await shown(resolveInteraction(app, failed, { method: 'popup' }))
  await answer()
}

globalThis.page = {
  ask,
  asked,
  /** Forgets the package's cached token; MSAL's own stays. */
  reconnect() {
    foundry = connection()
  },
  /** Calls at once, of new connections that have no token. */
  parallel(count, connections) {
    messages.push({ role: 'user', content: 'Hello' })
    const fresh = Array.from({ length: connections }, connection)
    return Promise.all(Array.from({ length: count }, (_, index) => answer(fresh[index % connections])))
  },
  /** Renews by MSAL alone. */
  renew: (scopes = foundry.endpoint.scopes) => provider({ scopes, forceRefresh: true, signal: new AbortController().signal }).then(() => 'renewed', ({ code }) => code),
}
button('account').textContent = app.getActiveAccount()?.username ?? ''
document.title = 'ready'
