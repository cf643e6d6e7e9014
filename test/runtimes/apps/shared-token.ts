// A relay on Workers whose credential takes its time, and whose callers all wait for the same one.
import { createRelay } from 'keyless-chat/edge'
import type { Relay, RelayContext } from 'keyless-chat/edge'

let relay: Relay | undefined

export default {
  fetch(request: Request, env: { readonly UPSTREAM: string }, context: RelayContext): Promise<Response> {
    relay ??= createRelay({
      upstreams: [{ endpoint: env.UPSTREAM, credential: async () => ({ token: await (await fetch(`${env.UPSTREAM}/token`)).text(), expiresOn: Date.now() + 3_600_000 }) }],
      deployments: { chat: {} },
      authorize: () => ({ subject: 'ada' }),
      cors: { origins: [] },
    })
    return relay(request, context)
  },
}
