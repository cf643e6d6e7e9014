/**
 * Every fault of the emulator, and what has to come of a call that meets it.
 * Runtimes: all. Imports: `./call.ts`; `keyless-chat/emulator` (types).
 * @module
 */
import type { Fault } from 'keyless-chat/emulator'
import type { Call } from './call.ts'

/** What a fault makes of a call, and how it is met. */
export type Met = Pick<Call, 'outcomes' | 'text'> & Partial<Pick<Call, 'via' | 'how' | 'refusesToken'>> & { readonly requests?: number | undefined }

const refused = (code: string, more: Partial<Met> = {}): Met => ({ outcomes: [code], text: 'none', ...more })
const cut = (code: string): Met => ({ outcomes: [code], text: 'some' })
const whole = (more: Partial<Met> = {}): Met => ({ outcomes: ['whole'], text: 'all', ...more })
const TWICE = { requests: 2, refusesToken: true } as const
/** Without retries, as a wait that is told in words or seconds is obeyed. */
const CORE = { via: 'core' } as const
const LIMITED = { via: 'brisk' } as const

export const MET: Readonly<Record<Fault, Met>> = {
  '401': refused('unauthorized', TWICE),
  '401-key': refused('unauthorized', TWICE),
  '401-role': refused('missing-role'),
  '401-once': whole(TWICE),
  '401-claims': whole(TWICE),
  '403': refused('forbidden'),
  '403-html': refused('forbidden'),
  '404-route': refused('route-not-found'),
  '404-deployment': refused('deployment-not-found'),
  // Chromium itself sends it again over a fresh connection, as often as it has one that was used before.
  '408': refused('server-error', { ...CORE, requests: undefined }),
  '422': refused('unsupported-parameter'),
  '422-gateway': refused('unsupported-parameter'),
  '429': refused('rate-limited', CORE),
  '429-ms': refused('rate-limited', { via: 'main', requests: 3 }),
  '429-x-ms': refused('rate-limited', { via: 'main', requests: 3 }),
  '429-seconds': refused('rate-limited', CORE),
  '429-date': refused('rate-limited', CORE),
  '429-none': refused('rate-limited', CORE),
  '429-both': refused('rate-limited', CORE),
  '429-long': refused('rate-limited', { via: 'main' }),
  '429-quota': refused('quota-exceeded', { via: 'main' }),
  '429-once': whole({ via: 'main', requests: 2 }),
  '500': refused('server-error', CORE),
  '500-once': whole({ via: 'main', requests: 2 }),
  '502-html': refused('server-error', CORE),
  '503': refused('server-error', { via: 'main', requests: 3 }),
  '503-once': whole({ via: 'main', requests: 2 }),
  'flat-400': refused('bad-request'),
  'numeric-code': refused('bad-request'),
  'empty-500': refused('server-error', CORE),
  'html-200': refused('not-a-stream'),
  'json-200': whole(),
  'error-200': refused('server-error'),
  redirect: refused('redirected'),
  echo: refused('unauthorized', TWICE),
  hang: refused('connect-timeout', LIMITED),
  silent: refused('first-event-timeout', LIMITED),
  stall: { ...cut('idle-timeout'), ...LIMITED },
  comments: { ...cut('idle-timeout'), ...LIMITED },
  // A browser drops what it has received and not yet handed out when a connection breaks.
  cut: { outcomes: ['truncated'], text: 'any' },
  'cut-clean': cut('truncated'),
  'no-finish': cut('truncated'),
  'no-done': whole(),
  'error-event': cut('server-error'),
  'error-named': cut('server-error'),
  'error-flat': cut('server-error'),
  failed: { ...cut('server-error'), how: 'responses' },
  // An error inside of a stream has no status, and says by its own code what it is.
  'failed-429': refused('rate-limited', { how: 'responses' }),
  keepalive: whole({ how: 'responses' }),
  drip: whole(),
  crlf: whole(),
  'no-content-type': whole(),
  trailing: whole(),
  'bad-json': cut('malformed'),
  'bad-type': cut('malformed'),
  endless: { ...cut('total-timeout'), ...LIMITED },
  big: whole(),
}
