/**
 * The origin of a page in, the headers that let it read the answer out.
 *
 * What Azure's preflight accepts is documented nowhere; this one accepts the least that a keyless call needs, so that a client that adds a
 * telemetry header fails here before it fails somewhere else.
 *
 * Runtimes: all. Imports: `./bodies.ts`, types alone.
 * @module
 */
import type { Reply } from './bodies.ts'

/** Which pages may read answers. */
export interface CorsOptions {
  readonly origins: '*' | readonly string[]
  readonly expose: readonly string[]
}

const ALLOWED_HEADERS = 'authorization, content-type, extra-parameters'
const MAX_AGE_SECONDS = '600'

/** Returns the CORS headers of an answer, preflights included; none where the request names no origin. */
export function corsHeaders(origin: string | null, { origins, expose }: CorsOptions): Readonly<Record<string, string>> {
  if (origin === null) return {}
  // Also where the origin is refused: a cache must not hand one page's answer to another.
  if (origins !== '*' && !origins.includes(origin)) return { vary: 'Origin' }
  return {
    vary: 'Origin',
    'access-control-allow-origin': origin,
    ...(expose.length > 0 ? { 'access-control-expose-headers': expose.join(', ') } : {}),
  }
}

/** The answer to a preflight; the method that deletes stored responses is named where it is asked for. */
export function preflight(request: Request): Reply {
  const deletes = request.headers.get('access-control-request-method') === 'DELETE'
  return {
    status: 204,
    headers: {
      'access-control-allow-methods': `POST, GET${deletes ? ', DELETE' : ''}`,
      'access-control-allow-headers': ALLOWED_HEADERS,
      'access-control-max-age': MAX_AGE_SECONDS,
    },
    body: '',
  }
}
