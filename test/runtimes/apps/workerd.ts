// The program on Workers, its quota in a Durable Object.
import type { Relay, RelayContext } from 'keyless-chat/edge'
import { durableObjectQuota } from 'keyless-chat/quota'
import type { ObjectNamespace } from 'keyless-chat/quota'
import { LIMITS, createApp } from './app.ts'

export { QuotaObject } from 'keyless-chat/quota'

let app: Relay | undefined

export default {
  fetch(request: Request, env: { readonly EMULATOR: string; readonly ORIGINS: string; readonly QUOTA: ObjectNamespace }, context: RelayContext): Promise<Response> {
    app ??= createApp({ emulator: env.EMULATOR, origins: env.ORIGINS, quota: durableObjectQuota(env.QUOTA, LIMITS) })
    return app(request, context)
  },
}
