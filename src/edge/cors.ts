/**
 * A request from a page in, the headers that let that page read the answer out.
 * Runtimes: all. Imports: `../errors.ts`, `./answer.ts`, `./refusal.ts`.
 * @module
 */
import { ChatError } from '../errors.ts'
import { LIMITS } from './answer.ts'
import { Refusal } from './refusal.ts'

/** Which pages may call, and how. */
export interface CorsOptions {
  /** The exact origins of pages, as in `https://app.example`; there is no wildcard. */
  readonly origins: readonly string[]
  /** Request headers to allow beside `authorization`, `accept`, `content-type` and those that the `openai` package adds. None is passed on. */
  readonly headers?: readonly string[]
  /** How long a browser keeps a preflight's answer, in seconds; browsers cap it, Chromium at 7200. @defaultValue `600` */
  readonly maxAgeSeconds?: number
}

/** The CORS side of a handler. */
export interface Cors {
  /** The headers of every answer, failures included. */
  readonly headers: (request: Request) => Readonly<Record<string, string>>
  /** Answers a preflight, without authorization: browsers send none with it. */
  readonly preflight: (request: Request) => Response
  /** @throws `Refusal` 403 where the request comes from a page that is not listed */
  readonly check: (request: Request) => void
}

/** What a script may read of an answer: waits, limits, ids, challenges. A wildcard would not cover requests with credentials. */
const EXPOSED = ['retry-after', 'retry-after-ms', 'apim-request-id', 'x-request-id', 'x-ms-request-id', 'www-authenticate', 'x-relay-upstream']

/** `x-stainless-…` are the `openai` package's; refusing them would refuse that client in every page. */
const HARMLESS = /^(authorization|accept|content-type|x-stainless-[a-z-]{1,40})$/

/**
 * Makes the CORS side of a handler.
 *
 * @param credentials - Whether pages send cookies.
 * @throws `ChatError` `invalid-request` for an origin that is none, `*` included.
 */
export function createCors({ origins, headers = [], maxAgeSeconds = 600 }: CorsOptions, methods: string, credentials: boolean): Cors {
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw new ChatError('invalid-request', `Cannot allow the origin ${JSON.stringify(origin)} as it must be exact, as in https://app.example`)
    }
  }
  const own = headers.map((name) => name.toLowerCase())
  const allowed = (request: Request) => origins.find((origin) => origin === request.headers.get('origin'))

  function headersFor(request: Request): Record<string, string> {
    const origin = allowed(request)
    return {
      // Also where the origin is refused: a cache must not hand one page's answer to another.
      vary: 'Origin',
      ...(origin && { 'access-control-allow-origin': origin, 'access-control-expose-headers': [...LIMITS, ...EXPOSED].join(', '), ...(credentials && { 'access-control-allow-credentials': 'true' }) }),
    }
  }

  return {
    headers: headersFor,
    preflight(request) {
      if (!allowed(request)) return new Response(null, { status: 403, headers: headersFor(request) })
      const asked = (request.headers.get('access-control-request-headers') ?? '').toLowerCase().split(/\s*,\s*/)
      return new Response(null, {
        status: 204,
        headers: {
          ...headersFor(request),
          vary: 'Origin, Access-Control-Request-Headers',
          'access-control-allow-methods': methods,
          'access-control-allow-headers': [...new Set(['authorization', 'content-type', ...asked.filter((name) => HARMLESS.test(name) || own.includes(name))])].join(', '),
          'access-control-max-age': String(maxAgeSeconds),
        },
      })
    },
    check(request) {
      if (request.headers.has('origin') && !allowed(request)) throw new Refusal(403, 'origin_not_allowed', 'Cannot serve a page of this origin')
    },
  }
}
