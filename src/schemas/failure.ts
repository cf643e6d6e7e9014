/**
 * The body of a failure in, in any of the shapes that services send, its code and facts out.
 * Runtimes: all. Imports: `../errors.ts`.
 * @module
 */
import { ChatError } from '../errors.ts'
import type { ChatErrorCode, ServiceFacts } from '../errors.ts'
import type { WireObject } from './completion.ts'
import { parseObject } from './parse.ts'

/** Where a failure came from and what is known beside its body. */
export interface FailureContext extends Pick<ServiceFacts, 'status' | 'url' | 'requestId' | 'retryAfterMs' | 'midStream'> {
  readonly attempts: number
  /** The scopes that the token was asked for, to tell a wrong audience. */
  readonly scopes: readonly string[]
  /** Takes tokens out of a text that the service may have echoed. */
  readonly redact: (text: string) => string
}

/** What a 401 or 403 says where the user is known but may not call models; no fresh token helps. */
export const ROLE_MISSING: RegExp = /\bPermissionDenied\b|lacks the required data action|does not have access to API/i

/** Codes by status and by what the service says, the first that matches; a message counts as well as a code. */
const CODES: readonly (readonly [status: RegExp, says: RegExp, code: ChatErrorCode])[] = [
  [/40[13]/, ROLE_MISSING, 'missing-role'],
  [/403/, /quota/i, 'quota-exceeded'],
  [/403/, /^/, 'forbidden'],
  [/429/, /insufficient_quota|exceeded your current quota/i, 'quota-exceeded'],
  [/429/, /^/, 'rate-limited'],
  [/^0|408|424|5../, /^/, 'server-error'],
  // xAI and Google answer 400 to a bad credential.
  [/400/, /\bAPI key\b/i, 'unauthorized'],
  [/401/, /^/, 'unauthorized'],
  [/4../, /DeploymentNotFound|model_not_found|unknown[_ ]?model|no_model_name|Model not supported/i, 'deployment-not-found'],
  [/404/, /^/, 'route-not-found'],
  [/4../, /context[_ ](length|window)/i, 'context-length'],
  [/4../, /unsupported_(parameter|value)|parameter_not_supported|extra_forbidden/i, 'unsupported-parameter'],
]

/** What to do, where the service's own words do not say it. */
const ADVICE: Partial<Record<ChatErrorCode, string>> = {
  unauthorized: 'sign in again',
  'wrong-audience': 'set scope',
  'missing-role': 'assign the role Cognitive Services User and wait 5 minutes',
  'route-not-found': 'check the endpoint',
  'deployment-not-found': 'set model to the name of a deployment',
}

const WAIT = /(?:retry|try again)[^.\d]{0,40}(\d+) ?(ms|mi)?/i

/**
 * Makes the error of a failed answer or of an error inside a stream.
 *
 * @param body - The text as it came: JSON in any shape, HTML, or nothing.
 */
export function failureFrom(body: string | WireObject, { scopes, redact, ...context }: FailureContext): ChatError {
  const { status: said, words, filter, ...report } = read(body)
  const status = context.status || said
  const filtered = filter ?? (/content_?filter|content_policy_violation|ResponsibleAIPolicyViolation/i.test(report.serviceCode) ? {} : undefined)
  let code = filtered ? 'content-filter' : (CODES.find(([of, says]) => of.test(`${status}`) && says.test(`${report.serviceCode} ${words}`))?.[2] ?? 'bad-request')

  const [, amount, unit] = WAIT.exec(words) ?? []
  const wait = amount && Number(amount) * (unit === 'ms' ? 1 : unit ? 60_000 : 1000)
  const [scope] = scopes
  const expectedScope = `${/audience is incorrect \((https:[^)]+)/.exec(words)?.[1]}/.default`
  // Where it names the audience that the token has, the token is missing or stale.
  if (code === 'unauthorized' && expectedScope[0] === 'h' && scope && scope !== expectedScope) code = 'wrong-audience'
  const serviceMessage = redact(words).slice(0, 300)
  const why = code === 'wrong-audience' ? `the token is for ${scope} and the service wants ${expectedScope}` : `${context.url} answered ${status || 'an error'}: ${redact(report.serviceCode)} ${serviceMessage}`
  return new ChatError(code, `Cannot get an answer as ${why.trim()}${ADVICE[code] ? ` - ${ADVICE[code]}` : ''}`, {
    ...context,
    ...report,
    serviceCode: redact(report.serviceCode),
    status,
    serviceMessage,
    retryAfterMs: wait ? Math.max(wait, context.retryAfterMs ?? 0) : context.retryAfterMs,
    ...(filtered && { contentFilter: { source: 'prompt', categories: filtered, filtered: true } }),
    ...(code === 'wrong-audience' && { scope, expectedScope }),
  } as never)
}

/** Reads whatever shape: nested in `error` or not, `error` a string, the words in `message`, `detail` or `status`. */
function read(body: string | WireObject): { serviceCode: string; words: string; param: string | undefined; filter: WireObject | undefined; status: number } {
  // A page's words, where it is no JSON.
  const root = typeof body === 'string' ? (parseObject(body) ?? { message: body.slice(0, 8192).replace(/<(style|script)[^]*?<\/\1>|<[^<>]*>|\s+/gi, ' ').replace(/ +/g, ' ') }) : body
  const error = (typeof root['error'] === 'object' && root['error'] ? root['error'] : root) as WireObject
  const { code, type, status, message, detail, param, innererror, inner_error } = error
  const inner = (innererror ?? inner_error ?? error) as WireObject
  // A gateway's 422 is JSON text inside `message`, the service's own has `detail`: `{"type":"extra_forbidden","loc":["body","stream_options"],…}`.
  const words = `${text(message ?? error['error'] ?? status)} ${text(detail)}`.trim()
  return {
    serviceCode: text(code ?? root['code'] ?? type),
    words,
    param: text(param) || /"loc":\s*\[[^\]]*"(\w+)"\s*\]/.exec(words)?.[1],
    filter: (inner['content_filter_result'] ?? inner['content_filter_results']) as WireObject | undefined,
    // Google's `status` is a word.
    status: [status, error['statusCode'], error['status_code'], code].map(Number).find((value) => value > 0) ?? 0,
  }
}

function text(value: unknown): string {
  return value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
}
