/**
 * The body of a failure in, in any of the shapes that services send, its code and facts out.
 * Runtimes: all. Imports: `../errors.ts`.
 * @module
 */
import { ChatError } from '../errors.ts'
import type { ChatErrorCode, CommonFacts, ServiceFacts } from '../errors.ts'
import type { WireObject } from './completion.ts'
import { parseObject } from './parse.ts'

/** What is known of a failure beside its body. */
export interface FailureContext extends Pick<ServiceFacts, 'status' | 'url' | 'retryAfterMs' | 'midStream'>, CommonFacts {}

/** As much of a token cache as is needed. */
interface Tokens {
  /** What the token was asked for, to tell a wrong audience. */
  readonly scopes: readonly string[]
  /** Takes tokens out of a text that the service may have echoed. */
  readonly redact: (text: string) => string
}

/** Codes by what the service says, its status first, which is 0 in a stream that names none, then its own code and its words; and what to do where those do not say it. */
const CODES: readonly (readonly [said: RegExp, code: ChatErrorCode, advice?: string])[] = [
  [/^\d+ \S*(content_?filter|content_policy_violation|ResponsibleAIPolicyViolation)/i, 'content-filter'],
  [/^40[13].*(\bPermissionDenied\b|lacks the required data action|does not have access to API)/is, 'missing-role', 'assign the role Cognitive Services User and wait 5 minutes'],
  [/^403.*quota|^(0|429).*(insufficient_quota|exceeded your current quota)/is, 'quota-exceeded'],
  [/^403/, 'forbidden'],
  [/^429|^0 \S*(rate_?limit|too_many_requests)/i, 'rate-limited'],
  [/^(408|424|5)/, 'server-error'],
  // xAI and Google answer 400 to a bad credential.
  [/^401|^400.*\bAPI key\b/is, 'unauthorized', 'sign in again'],
  [/^[04].*(DeploymentNotFound|model_not_found|unknown[_ ]?model|no_model_name|Model not supported)/is, 'deployment-not-found', 'set model to the name of a deployment'],
  [/^400.*\/v1\/responses/s, 'use-responses', 'use keyless-chat/responses'],
  [/^404/, 'route-not-found', 'check the endpoint'],
  [/^[04].*context[_ ](length|window)/is, 'context-length'],
  [/^[04].*(unsupported_(parameter|value)|parameter_not_supported|extra_forbidden)/is, 'unsupported-parameter'],
  [/^0/, 'server-error'],
]

const WAIT = /(?:retry|try again)[^.\d]{0,40}(\d{1,12}) ?(ms|mi)?/i

/** Whether a 401 says that the user is known but may not call models, so that no fresh token helps. */
export function isRoleMissing(body: string): boolean {
  return rowOf(`401 ${body}`)?.[1] === 'missing-role'
}

/**
 * Makes the error of a failed answer or of an error inside a stream.
 *
 * @param body - The text as it came: JSON in any shape, HTML, or nothing.
 */
export function failureFrom(body: string | WireObject, { scopes, redact }: Tokens, context: FailureContext): ChatError {
  const { words, categories, ...report } = read(body, redact)
  const status = context.status || report.status
  const [, code = 'bad-request', advice = ''] = (categories ? CODES[0] : rowOf(`${status} ${report.serviceCode} ${words}`)) ?? []
  const [, amount, unit] = WAIT.exec(words) ?? []
  const wait = amount && Number(amount) * (unit === 'ms' ? 1 : unit ? 60_000 : 1000)
  const [scope] = scopes
  const audience = /audience is incorrect \((https:[^)]+)/.exec(words)?.[1]
  const expectedScope = `${audience}/.default`
  // Where it names the audience that the token has, the token is missing or stale.
  const wrong = code === 'unauthorized' && audience && scope && scope !== expectedScope
  const serviceMessage = words.slice(0, 300) || undefined
  const why = wrong
    ? `the token is for ${scope} and the service wants ${expectedScope}: set scope`
    : [context.url, 'answered', status || 'an error', report.serviceCode, serviceMessage, advice && `- ${advice}`].filter(Boolean).join(' ')
  // One line for whoever logs it, whatever the service wrote.
  return new ChatError(wrong ? 'wrong-audience' : code, `Cannot get the answer as ${why.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')}`, {
    ...context,
    ...report,
    status,
    serviceMessage,
    retryAfterMs: wait ? Math.max(wait, context.retryAfterMs ?? 0) : context.retryAfterMs,
    ...(code === 'content-filter' && { contentFilter: { source: 'prompt', categories: categories ?? {}, filtered: true } }),
    ...(wrong && { scope, expectedScope }),
  })
}

function rowOf(said: string): (typeof CODES)[number] | undefined {
  return CODES.find(([row]) => row.test(said))
}

/** Reads whatever shape: nested in `error` or not, `error` a string, the words in `message`, `detail` or `status`. */
function read(body: string | WireObject, redact: Tokens['redact']): { serviceCode: string | undefined; words: string; param: string | undefined; categories: WireObject | undefined; status: number } {
  // Redacted before it is cut, as a piece of a token would pass; cut, as some of the expressions take the square of its length.
  const text = (value: unknown, most = 8192) => redact(typeof value === 'object' && value ? write(value) : String(value ?? '')).slice(0, most)
  // A page's words, where it is no JSON.
  const root = typeof body === 'string' ? (parseObject(body) ?? { message: text(body).replace(/(<(style|script)[^]*?<\/\2>|<[^<>]*>|\s)+/gi, ' ') }) : body
  const error = (typeof root['error'] === 'object' && root['error'] ? root['error'] : root) as WireObject
  const { code, type, status, message, detail, param, innererror, inner_error } = error
  const inner = (innererror ?? inner_error ?? error) as WireObject
  // A gateway's 422 is JSON text inside `message`, the service's own has `detail`: `{"type":"extra_forbidden","loc":["body","stream_options"],…}`.
  const words = `${text(message ?? error['error'] ?? status)} ${text(detail)}`.trim()
  return {
    serviceCode: text(code ?? root['code'] ?? type, 100) || undefined,
    words,
    param: text(param, 100) || /"loc":\s*\[[^\][]*"(\w+)"\s*\]/.exec(words)?.[1],
    categories: parseObject(text(inner['content_filter_result'] ?? inner['content_filter_results'], Infinity)),
    // Google's `status` is a word.
    status: [status, error['statusCode'], error['status_code'], code].map((value) => (typeof value === 'object' ? 0 : Number(value))).find((value) => value > 0) ?? 0,
  }
}

/** As JSON; nothing where it is nested deeper than the stack. */
function write(value: object): string {
  try {
    return JSON.stringify(value)
  } catch {
    return ''
  }
}
