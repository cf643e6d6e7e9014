/**
 * What was asked of the emulator, kept as plain data for tests and demos to read.
 * Runtimes: all. Imports: nothing.
 * @module
 */

/** What a request turned out to ask for. `unknown` is a path that nothing is served at, or a caller that was not let in. */
export type Operation = 'chat' | 'embeddings' | 'image-embeddings' | 'responses' | 'models' | 'model-info' | 'preflight' | 'unknown'

/**
 * How the sending of an answer stands.
 *
 * - `open`: not everything is sent, or no answer was given yet.
 * - `complete`: everything that was to be sent was sent.
 * - `cancelled`: the reader left, by `cancel()` or by its signal; the connection is closed.
 * - `broken`: the emulator broke the connection, as a fault asked it to.
 */
export type CallState = 'open' | 'complete' | 'cancelled' | 'broken'

/** One request and how its answer went. Never holds a token: of headers only the names are kept. */
export interface EmulatorCall {
  /** The HTTP method. */
  readonly method: string
  /** The path without the query. */
  readonly path: string
  readonly operation: Operation
  /** The deployment's name as asked for, fault and key included; empty where none was named. */
  readonly deployment: string
  /** The HTTP status answered; `0` until then. */
  readonly status: number
  /** Names of the request's headers as received, lower case, sorted. */
  readonly headerNames: readonly string[]
  /** The request's body, parsed from JSON; `undefined` where there was none that could be read. */
  readonly body: unknown
  /** Whole events that the reader took so far; an answer that is not streamed has none. */
  readonly eventsSent: number
  /** How the sending stands now; the object is live. */
  readonly state: CallState
}

/** A call as the emulator itself writes it. */
export type WritableCall = { -readonly [Key in keyof EmulatorCall]: EmulatorCall[Key] }

/** Opens the record of a request. */
export function openCall(request: Request, url: URL): WritableCall {
  return {
    method: request.method,
    path: url.pathname,
    operation: 'unknown',
    deployment: '',
    status: 0,
    headerNames: [...request.headers.keys()].sort(),
    body: undefined,
    eventsSent: 0,
    state: 'open',
  }
}
