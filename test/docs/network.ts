/**
 * What the documentation's programs find in place of the network: an emulated resource, a broker, a relay, and Entra ID's token endpoint.
 * Runtimes: browsers, Node. Imports: the built package, by its name.
 * @module
 */
import { DEPLOYMENTS, EMBEDDING_DEPLOYMENTS, RESPONSES_DEPLOYMENTS } from 'keyless-chat/emulator'
import type { Emulator } from 'keyless-chat/emulator'
import { createRelay } from 'keyless-chat/edge'

export type Fetch = (input: Request | URL | string, init?: RequestInit) => Promise<Response>

const AZURE = /\.(services\.ai|openai|cognitiveservices)\.azure\.com$/
const EXAMPLES = /^(app|relay|api)\.example$|\.app\.example$/

/** Makes a fetch that answers for the hosts of the examples, and fails as without a network for all others. */
export function networkOf(emulator: Emulator, origin: string | undefined): Fetch {
  const names = Object.keys({ ...DEPLOYMENTS, ...EMBEDDING_DEPLOYMENTS, ...RESPONSES_DEPLOYMENTS })
  const relay = createRelay({
    upstreams: [{ endpoint: 'https://contoso.services.ai.azure.com', credential: () => emulator.token() }],
    deployments: { chat: { deployment: 'gpt-5-mini' }, ...Object.fromEntries(names.map((name) => [name, {}])) },
    authorize: (request) => (request.headers.has('authorization') ? { subject: 'reader' } : undefined),
    cors: { origins: ['https://app.example', ...(origin ? [origin] : [])] },
    fetch: emulator.fetch,
  })
  return async function network(input, init) {
    const url = new URL(input instanceof Request ? input.url : input, origin)
    if (AZURE.test(url.hostname)) return emulator.fetch(input, init)
    const request = new Request(input instanceof Request ? input : url, init)
    if (url.hostname === 'login.microsoftonline.com' && url.pathname.endsWith('/oauth2/v2.0/token')) {
      return Response.json({ token_type: 'Bearer', expires_in: 3600, access_token: (await emulator.token()).token })
    }
    if (url.origin === origin || EXAMPLES.test(url.hostname)) {
      if (/token/.test(url.pathname) && request.method === 'POST') return Response.json(await emulator.token())
      if (url.pathname === '/weather') return Response.json({ city: url.searchParams.get('city'), sky: 'sunny', celsius: 21 })
      if (url.pathname.includes('/openai/') || url.pathname.endsWith('/chat/completions')) return relay(request)
    }
    throw new TypeError(`Cannot reach ${url.origin}${url.pathname}: the documentation's programs have no network`)
  }
}
