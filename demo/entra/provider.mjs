/**
 * A stand-in for Entra ID on this machine: a real OpenID provider that real MSAL signs in at.
 *
 * Its tokens are RS256 JWTs for Azure's audiences. It listens on the loopback interface alone, and forgets all when it ends.
 * Runtime: Node.
 * @module
 */
import { createServer } from 'node:https'
import { Provider } from 'oidc-provider'
import { accountOf, clientInfoOf } from './accounts.mjs'
import { createApprovals } from './approvals.mjs'
import { createCertificate } from './certificate.mjs'
import { configure } from './configuration.mjs'
import { createSignIn } from './sign-in.mjs'
import { createStore } from './store.mjs'
import { AUDIENCES, contextsOf, createSigningKey } from './tokens.mjs'

const HOST = '127.0.0.1'
const CLIENT_ID = 'c11e0000-0000-4000-8000-000000000003'
const TENANT = '7e2a4b60-0000-4000-8000-0000000000d5'

/**
 * What may be changed while it runs.
 *
 * @typedef {object} EntraControls
 * @property {number} accessTokenSeconds How long access tokens live that are issued from now on.
 * @property {string | undefined} signInAs An account that every page is answered with by itself: `alice` or `bob`.
 * @property {(what: string) => void} demand Asks every user to approve once more: an authentication context such as `c1`, or `consent`.
 * @property {(context: string) => void} fulfil Gives this authentication context to requests that ask for it, without the user.
 * @property {() => void} revoke Ends all sessions and refresh tokens; access tokens live on until they expire.
 * @property {readonly EntraRequest[]} requests What was asked of it, oldest first; live.
 */

/**
 * @typedef {object} EntraRequest
 * @property {string} method
 * @property {string} path Without the issuer's own and without a query.
 * @property {string} grantType Of token requests; else empty.
 * @property {string} error What was answered; empty where nothing went wrong.
 */

/**
 * Starts it.
 *
 * @param {object} options
 * @param {readonly string[]} options.origins Origins of the apps that may sign in; they return to `/redirect.html` or `/`.
 * @param {number} [options.port] By default a free one.
 * @param {string} [options.tenant]
 * @param {number} [options.accessTokenSeconds] By default an hour.
 * @param {boolean} [options.refreshTokens] By default they are issued.
 * @param {(line: string) => void} [options.log] Told of each request and each error; never of a token.
 */
export async function startEntra({ origins, port = 0, tenant = TENANT, accessTokenSeconds = 3600, refreshTokens = true, log = () => {} }) {
  const [certificate, key] = await Promise.all([createCertificate(), createSigningKey()])
  const store = createStore()
  const approvals = createApprovals()
  /** @type {EntraRequest[]} */
  const requests = []
  /** @type {EntraControls} */
  const controls = { accessTokenSeconds, signInAs: undefined, demand: approvals.demand, fulfil: approvals.fulfil, revoke: store.revoke, requests }

  const server = createServer({ key: certificate.key, cert: certificate.cert })
  await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, HOST, () => resolve(undefined))
  })
  const base = `/${tenant}/v2.0`
  const pages = `/${tenant}/sign-in`
  const origin = `https://localhost:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`
  const issuer = origin + base
  const provider = new Provider(issuer, configure({
    clientId: CLIENT_ID, tenant, origins, path: pages, refreshTokens, accessTokenSeconds: () => controls.accessTokenSeconds, key: key.private, adapter: store.adapter, approvals,
  }))
  provider.use(async (ctx, next) => {
    const request = { method: ctx.method, path: ctx.path, grantType: '', error: '' }
    if (ctx.method !== 'OPTIONS') requests.push(request)
    await next()
    const body = /** @type {Record<string, unknown>} */ (typeof ctx.body === 'object' && ctx.body !== null ? ctx.body : {})
    request.grantType = String(ctx.oidc?.body?.['grant_type'] ?? '')
    request.error = String(body['error'] ?? '')
    if (request.grantType) Object.assign(body, asEntra(ctx, body))
    log(`${request.method} ${request.path} ${ctx.status} ${request.grantType} ${request.error}`.trim())
  })
  provider.on('server_error', (_, error) => log(`error: ${error.stack}`))

  /** Adds to an answer of the token endpoint what MSAL reads there. */
  function asEntra(ctx, body) {
    if (body['error'] === 'interaction_required') return approvals.refusal(contextsOf(ctx.oidc.body['claims']))
    const account = accountOf(ctx.oidc.account?.accountId)
    return account && body['access_token'] ? { client_info: clientInfoOf(account, tenant) } : {}
  }

  const answer = provider.callback()
  const signIn = createSignIn(provider, { signInAs: () => controls.signInAs, approved: approvals.approve })
  server.on('request', (request, response) => {
    const url = request.url ?? '/'
    if (url.startsWith(`${pages}/`)) {
      signIn(request, response).catch((error) => {
        log(`error: ${error.message}`)
        if (!response.headersSent) response.writeHead(400)
        response.end()
      })
      return
    }
    if (url.startsWith(`${base}/`)) Object.assign(request, { originalUrl: url, url: url.slice(base.length) })
    void answer(request, response)
  })

  return {
    /** For MSAL's `auth.authority`; its host belongs into `auth.knownAuthorities`. */
    authority: `${origin}/${tenant}`,
    issuer,
    clientId: CLIENT_ID,
    /** A scope that MSAL may ask for; the others are of the other audiences. */
    scope: `${AUDIENCES[0]}/.default`,
    tenant,
    /** The keys that verify its tokens. */
    jwks: async () => ({ keys: [key.public] }),
    certificate: certificate.cert,
    controls,
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  }
}
