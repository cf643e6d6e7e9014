/**
 * The faults that a deployment's name may ask for, and how the name is read.
 * Runtimes: all. Imports: nothing.
 * @module
 */

/**
 * Every fault, with what it does. Ask for one by the name of the deployment, so that it works over any transport:
 * `gpt-5-mini~cut`, or `gpt-5-mini~429-once~my-test`, whose last part keeps the counting faults of tests apart.
 *
 * @example
 * ```ts
 * for (const [fault, what] of Object.entries(FAULTS)) choice.add(new Option(what, `gpt-5-mini~${fault}`))
 * ```
 */
export const FAULTS = {
  '401': 'The token counts as missing, stale or for another audience.',
  '401-key': 'A key counts as sent, and as wrong.',
  '401-role': 'The token is good and its owner has no role.',
  '401-once': 'The first request is a 401, those after it pass.',
  '401-claims': 'The first request is a 401 with a claims challenge, those after it pass.',
  '403': 'A firewall rule denies the caller.',
  '403-html': 'A gateway denies the caller with a page of HTML.',
  '404-route': 'Nothing is served at the path.',
  '404-deployment': 'The deployment does not exist.',
  '408': 'The operation timed out.',
  '422': 'A parameter is not supported, in the documented shape.',
  '422-gateway': 'A parameter is not supported, as JSON inside of a JSON string.',
  '429': 'Too many tokens: the wait of 2 seconds is in the message alone.',
  '429-ms': 'Too many requests: retry-after-ms of 20.',
  '429-x-ms': 'Too many requests: x-ms-retry-after-ms of 20.',
  '429-seconds': 'Too many requests: retry-after of 1 second.',
  '429-date': 'Too many requests: retry-after is a date 2 seconds ahead.',
  '429-none': 'Too many requests: no wait is told anywhere.',
  '429-both': 'Too many requests, as recorded: retry-after of 1 and retry-after-ms of 0 together.',
  '429-long': 'Too many tokens: the wait is a day, in header and message.',
  '429-quota': 'The quota is used up, so that no wait helps.',
  '429-once': 'The first request is a 429 with retry-after-ms of 20, those after it pass.',
  '500': 'The server failed.',
  '500-once': 'The first request is a 500, those after it pass.',
  '502-html': 'A gateway answers with a page of HTML.',
  '503': 'The server is overloaded.',
  '503-once': 'The first request is a 503, those after it pass.',
  'flat-400': 'A refusal without an error object around it.',
  'numeric-code': 'A refusal whose code is a number.',
  'empty-500': 'A 500 with an empty body.',
  'html-200': 'A sign-in page with status 200.',
  'json-200': 'A request for a stream is answered with a plain completion.',
  'error-200': 'An error with status 200.',
  redirect: 'A redirect to a sign-in page at another origin.',
  echo: 'A 401 that repeats the Authorization header in header and body.',
  hang: 'No answer at all until the request is aborted.',
  silent: 'Headers, then nothing until the reader leaves.',
  stall: 'Headers and one text, then nothing until the reader leaves.',
  comments: 'Headers and one text, then a comment every 20 milliseconds until the reader leaves.',
  cut: 'The connection breaks in the middle of an event.',
  'cut-clean': 'The body ends in the middle of an event.',
  'no-finish': 'The body ends after some texts, without a finish and without [DONE].',
  'no-done': 'The body ends after the finish, without [DONE].',
  'error-event': 'An error stands in the data of an event, then the body ends.',
  'error-named': 'An error stands in an event named error, then the body ends.',
  'error-flat': 'An error stands in an event named error, with no error object around it, then the body ends.',
  failed: 'Responses alone: the response fails after some texts.',
  'failed-429': 'Responses alone: the response fails at once, and the event after it says why: too many requests.',
  keepalive: 'Responses alone: between events come keep-alives that are events themselves.',
  drip: 'The body comes byte by byte.',
  crlf: 'Lines end with CR LF.',
  'no-content-type': 'The answer has no content type.',
  trailing: 'Garbage follows after [DONE].',
  'bad-json': 'The data of one event is no JSON.',
  'bad-type': 'In one event choices is a string; in an answer that is not streamed, what stands in its place.',
  endless: 'Texts without end, as fast as they are read.',
  big: 'One event holds a text of 1 MiB.',
} as const

/** The name of a fault. */
export type Fault = keyof typeof FAULTS

/** What the faults that happen once do; after it the deployment is as good as any. */
const ONCE: Partial<Readonly<Record<Fault, Fault>>> = { '401-once': '401', '401-claims': '401-claims', '429-once': '429-ms', '500-once': '500', '503-once': '503' }

/** A deployment's name taken apart. */
export interface NamedFault {
  /** The deployment itself. */
  readonly base: string
  readonly fault?: Fault
}

/** Reads a name such as `gpt-5-mini~429-once~my-test`; nothing where the fault does not exist. */
export function readName(name: string): NamedFault | undefined {
  const [base = '', fault] = name.split('~')
  if (fault === undefined) return { base }
  return Object.hasOwn(FAULTS, fault) ? { base, fault: fault as Fault } : undefined
}

/** Returns a function that tells which fault is due for a name, and counts those that happen once. */
export function createFaultCounter(): (name: string, fault: Fault | undefined) => Fault | undefined {
  const seen = new Set<string>()
  return function due(name, fault) {
    const once = fault && ONCE[fault]
    if (once === undefined) return fault
    if (seen.has(name)) return undefined
    seen.add(name)
    return once
  }
}
