/**
 * A token or a failed request in, what it says of the setup out.
 * Runtimes: all. Imports: `../errors.ts`, `../schemas`, `../tokens/claims.ts`, `../endpoints` (types).
 * @module
 */
import type { Endpoint } from '../endpoints/endpoint.ts'
import type { AnyChatError, ChatErrorCode } from '../errors.ts'
import { parseObject } from '../schemas/parse.ts'
import { decodeBase64 } from '../tokens/claims.ts'

/** What is checked, in this order. */
export type CheckName = 'endpoint' | 'reachable' | 'cors' | 'token' | 'role' | 'deployment'

/** How a check ended: `unknown` where it could not be told, `skipped` where it was not tried. */
export type CheckStatus = 'ok' | 'failed' | 'unknown' | 'skipped'

/** One check and how it ended. Holds no token. */
export interface Check {
  readonly name: CheckName
  readonly status: CheckStatus
  /** What was found, in one sentence. */
  readonly detail: string
  /** What to do about it. */
  readonly fix?: string
  /** The failure, where there was one. */
  readonly error?: AnyChatError
}

/** Audiences that the documents print for one and the same service, so that one may pass for another. */
const AZURE_AUDIENCE = /^https:\/\/(cognitiveservices|ai|ml)\.azure\.(com|us|cn)$/

/** Judges a token by what it says of itself; the service alone can tell whether it was signed. */
export function judgeToken(token: string, { scopes }: Endpoint, now: number): Check {
  const claims = parseObject(decodeBase64(token.split('.')[1] ?? '') ?? '')
  const check = (status: CheckStatus, detail: string, fix?: string): Check => ({ name: 'token', status, detail, ...(fix && { fix }) })
  if (!claims) return check('unknown', 'There is a token, which is opaque: the service alone can tell what it is for')
  const { exp, aud } = claims
  const left = typeof exp === 'number' ? Math.round(exp - now / 1000) : undefined
  const expiry = left === undefined ? 'says no expiry' : left > 0 ? `expires in ${inWords(left)}` : `expired ${inWords(-left)} ago`
  const found = [aud].flat().filter((one) => typeof one === 'string').map(withoutSlash)
  const detail = `The token is for ${found.join(', ') || 'no audience'} and ${expiry}`
  if (left !== undefined && left <= 0) return check('failed', detail, 'Have the provider renew expired tokens, and check the clock of this machine')
  const wanted = scopes.map((scope) => withoutSlash(scope.replace(/\/\.default$/, '')))
  if (!wanted.length || wanted.some((one) => found.includes(one))) return check('ok', detail)
  const expected = `${detail}; asked for was ${scopes.join(', ')}`
  // Its application's id stands for an audience, too.
  if (!found.some((one) => one.includes('://')) || found.some((one) => AZURE_AUDIENCE.test(one))) return check('unknown', expected)
  return check('failed', expected, `Have the provider ask for the scopes that it is given: ${scopes.join(', ')}`)
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '')

function inWords(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`
}

/** What a failure of the real request says of role and deployment, and what to do. Not listed: nothing can be told. */
const VERDICTS: Partial<Record<ChatErrorCode, readonly [role: CheckStatus, deployment: CheckStatus, fix?: string]>> = {
  unauthorized: ['failed', 'skipped', 'Sign in again, and check tenant and audience of the token'],
  'missing-role': ['failed', 'skipped', 'Assign the role Cognitive Services User on the resource and wait 5 minutes'],
  forbidden: ['failed', 'skipped', 'Call from a network that the resource allows, or allow this one in its firewall'],
  'deployment-not-found': ['ok', 'failed', 'Set model to the name of a deployment, its case included; one that is minutes old needs a moment'],
  'route-not-found': ['unknown', 'failed', 'Check path and api-version of the endpoint'],
  redirected: ['unknown', 'failed', 'Set the endpoint to the address that the redirect leads to'],
  // Whatever the model itself has to say, it was asked.
  'rate-limited': ['ok', 'ok', 'Wait before you ask again'],
  'quota-exceeded': ['ok', 'ok', 'Ask for more quota'],
  'unsupported-parameter': ['ok', 'ok'],
  'context-length': ['ok', 'ok'],
  'content-filter': ['ok', 'ok'],
  'not-a-stream': ['unknown', 'unknown', 'Check the endpoint and what stands before it: something else than a model answers'],
  'server-error': ['unknown', 'unknown', 'Try again in a moment'],
}

/** Judges the one real request by how it failed. */
export function judgeFailure(error: AnyChatError, model: string): readonly [role: Check, deployment: Check] {
  // What a reasoning model answers that may think for one token only.
  const thought = error.code === 'bad-request' && /max_(completion_)?tokens|output limit/.test(error.serviceMessage ?? '')
  const fix = error.code === 'wrong-audience' ? `Set scope to ${error.expectedScope}` : VERDICTS[error.code]?.[2]
  const [role, deployment] = thought ? (['ok', 'ok'] as const) : error.code === 'wrong-audience' ? (['failed', 'skipped'] as const) : (VERDICTS[error.code] ?? (['unknown', 'unknown'] as const))
  const more = { error, ...(fix && { fix }) }
  // The service's own words may end with a period.
  const said = error.message.replace(/\.$/, '')
  return [
    role === 'ok' ? { name: 'role', status: role, detail: 'The service took the token and went on to the deployment' } : { name: 'role', status: role, detail: said, ...more },
    deployment === 'ok'
      ? { name: 'deployment', status: deployment, detail: `${model} was reached, though it did not answer: ${said}`, ...more }
      : deployment === 'skipped'
        ? { name: 'deployment', status: deployment, detail: 'Not told, as the service did not let the request in' }
        : { name: 'deployment', status: deployment, detail: said, ...more },
  ]
}
