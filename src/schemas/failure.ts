/**
 * The body of a failure in, in any of the nine shapes that services send, its code and facts out.
 * Runtimes: all. Imports: `../errors.ts`.
 * @module
 */
import { ChatError } from '../errors.ts'
import type { ChatErrorCode, ContentFilter, ServiceFacts } from '../errors.ts'
import type { WireObject } from './completion.ts'
import { contentFilter } from './filter.ts'
import { parseObject } from './parse.ts'

/** Where a failure came from and what is known beside its body. */
export interface FailureContext extends Pick<ServiceFacts, 'status' | 'url' | 'requestId' | 'retryAfterMs' | 'midStream'> {
  readonly attempts: number
  /** The scopes that the token was asked for, to tell a wrong audience. */
  readonly scopes: readonly string[]
  /** Takes tokens out of a text that the service may have echoed. */
  readonly redact: (text: string) => string
}

/** What a failure's body says, whatever its shape. */
interface Report {
  readonly code: string
  readonly message: string
  readonly param: string | undefined
  readonly filter: ContentFilter | undefined
  readonly status: number
}

/** What a 401 or 403 says where the user is known but may not call models; no fresh token helps. */
export const ROLE_MISSING: RegExp = /\bPermissionDenied\b|lacks the required data action|does not have access to API/i

const WAIT = /(?:retry|try again)[^.\d]{0,40}?(\d+(?:\.\d+)?) ?(ms|millisecond|s|minute)/i

/**
 * Makes the error of a failed answer or of an error inside a stream.
 *
 * @param body - The text as it came: JSON in any shape, HTML, or nothing.
 */
export function failureFrom(body: string | WireObject, context: FailureContext): ChatError {
  const { scopes, redact, status: httpStatus, retryAfterMs: headerWait, ...facts } = context
  const report = read(body)
  const status = httpStatus || report.status
  const code = classify(status, report)
  const [, amount, unit = ''] = WAIT.exec(report.message) ?? []
  const bodyWait = amount === undefined ? undefined : Number(amount) * (/^ms|^milli/i.test(unit) ? 1 : /^min/i.test(unit) ? 60_000 : 1000)
  const retryAfterMs = headerWait === undefined ? bodyWait : Math.max(headerWait, bodyWait ?? 0)
  const serviceMessage = redact(report.message).slice(0, 300)
  const audience = code === 'unauthorized' ? /audience is incorrect \((https:[^)]+)\)/.exec(report.message)?.[1] : undefined
  const scope = scopes[0]
  const expectedScope = `${audience}/.default`
  const wrongAudience = audience !== undefined && scope !== undefined && scope !== expectedScope
  const all = {
    ...facts,
    status,
    ...(report.code ? { serviceCode: redact(report.code) } : {}),
    ...(serviceMessage ? { serviceMessage } : {}),
    ...(report.param === undefined ? {} : { param: report.param }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(code === 'content-filter' ? { contentFilter: report.filter ?? { source: 'prompt', filtered: true, categories: {} } } : {}),
    ...(wrongAudience ? { scope, expectedScope } : {}),
  } as never
  const final = wrongAudience ? 'wrong-audience' : code
  const why = wrongAudience
    ? `the token is for ${scope} and the service wants ${expectedScope}`
    : `the service answered ${status || 'an error'}${report.code && redact(` (${report.code})`)}${serviceMessage && `: ${serviceMessage}`}`
  const advice = code === 'route-not-found' ? `nothing is served at ${facts.url}` : ADVICE[final]
  return new ChatError(final, `Cannot get an answer as ${why}${advice ? ` - ${advice}` : ''}`, all)
}

const ADVICE: Partial<Record<ChatErrorCode, string>> = {
  unauthorized: 'sign in again',
  'wrong-audience': 'set scope',
  'missing-role': 'assign the role Cognitive Services User and wait 5 minutes',
  'deployment-not-found': 'set model to the name of a deployment',
  'content-filter': 'change the prompt',
  'context-length': 'shorten the messages',
  'unsupported-parameter': 'leave the parameter out',
}

function classify(status: number, { code, message, filter }: Report): ChatErrorCode {
  const both = `${code} ${message}`
  const says = (pattern: RegExp) => pattern.test(both)
  if (filter?.filtered || says(/^content_?(filter|policy_violation)\b|ResponsibleAIPolicy/i)) return 'content-filter'
  if (status === 401 || status === 403) {
    if (says(ROLE_MISSING)) return 'missing-role'
    if (status === 403) return says(/quota/i) ? 'quota-exceeded' : 'forbidden'
    return 'unauthorized'
  }
  if (status === 429) return says(/insufficient_quota|exceeded your current quota/i) ? 'quota-exceeded' : 'rate-limited'
  if (status === 408 || status === 424 || status >= 500 || status === 0) return 'server-error'
  if (says(/DeploymentNotFound|model_not_found|unknown_?model|unknown model|no_model_name|Model not supported/i)) return 'deployment-not-found'
  if (status === 404) return 'route-not-found'
  if (says(/context_length|context (length|window)/i)) return 'context-length'
  if (says(/unsupported_(parameter|value)|parameter_not_supported|extra_forbidden/i)) return 'unsupported-parameter'
  // xAI and Google answer 400 to a bad credential.
  return says(/\bAPI key\b/i) ? 'unauthorized' : 'bad-request'
}

/** Reads whatever shape: nested in `error` or not, `error` a string, the words in `message`, `detail` or `status`. */
function read(body: string | WireObject): Report {
  const root = typeof body === 'string' ? parseObject(body) : body
  if (!root) return { code: '', message: plain(body as string), param: undefined, filter: undefined, status: 0 }
  const error = (typeof root['error'] === 'object' ? root['error'] : undefined) ?? root
  const { code, type, status, statusCode, status_code, message, detail, param, innererror, inner_error, error: said } = error as WireObject
  const inner = (innererror ?? inner_error ?? error) as WireObject
  const results = inner['content_filter_result'] ?? inner['content_filter_results']
  // A gateway's 422 is JSON text inside `message`, the service's own has `detail`: `{"type":"extra_forbidden","loc":["body","stream_options"],…}`.
  const words = text(said ?? message ?? status) + (detail === undefined ? '' : ` ${text(detail)}`)
  return {
    code: text(code ?? root['code'] ?? type),
    message: words.trim(),
    param: text(param) || /"loc":\s*\[[^\]]*"(\w+)"\s*\]/.exec(words)?.[1],
    filter: results ? contentFilter(results as WireObject, 'prompt') : undefined,
    status: Number(status ?? statusCode ?? status_code ?? code) || 0,
  }
}

function text(value: unknown): string {
  return value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** The words of a page, or of a body that is no JSON. */
function plain(html: string): string {
  return html.slice(0, 8192).replace(/<(style|script)[^]*?<\/\1>|<[^<>]*>/gi, ' ').replace(/\s+/g, ' ').trim()
}
