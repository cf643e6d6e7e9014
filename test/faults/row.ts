/**
 * What a row of the fault table is.
 * Runtimes: all. Imports: `./wire.ts`, `../../src` (types).
 * @module
 */
import type { ConnectOptions } from '../../src/index.ts'
import type { Holding } from './reader.ts'
import type { Step, Wire } from './wire.ts'

/** Where a test runs. */
export type Runtime = 'node' | 'chromium' | 'workerd'

/** `whole`, or the code of the error. */
export type Outcome = string

/** What was delivered to the socket, as the independent reader takes it. */
export interface Delivered extends Holding {
  /** Whether the headers were delivered to their end. */
  readonly answered: boolean
  readonly raw: Uint8Array
}

/** How much there is of the answer without a fault. */
export interface Size {
  readonly bytes: number
  readonly headBytes: number
  readonly events: number
}

/** One per runtime, or one for all. */
export type Each<T> = T | Readonly<Record<Runtime, T>>

/** One outcome, or several where it is a race; told outright, or from what was delivered, and from which call of the case it is. */
export type Expected = Outcome | readonly Outcome[] | ((delivered: Delivered, call: number, variant: number) => Outcome | readonly Outcome[])

/** A fault, where it strikes, and what must become of the call. */
export interface Row {
  /** In words that the table and the mutations name it by. */
  readonly name: string
  /** What the server does; the steps end where the connection is kept for the next request. */
  readonly script: (wire: Wire, variant: number, request: { readonly index: number; readonly prompt: string }) => readonly Step[]
  /** The places where it strikes. @defaultValue the place 0 alone */
  readonly variants?: (size: Size, runtime: Runtime) => readonly number[]
  /** What each call must become. */
  readonly outcome: Each<Expected>
  /** `all`: the answer holds every character that was delivered. `handed`: those that the runtime handed to the script. @defaultValue `all` */
  readonly kept?: Each<'all' | 'handed'>
  /** Calls of each case, and whether they are made together. @defaultValue one */
  readonly calls?: { readonly count: number; readonly how: 'together' | 'in turn' }
  /** Requests that the server counts in each case, by variant. @defaultValue one for each call */
  readonly requests?: Each<number | ((variant: number) => number)>
  /** How often the token provider is asked in each case. @defaultValue `1` */
  readonly tokens?: number | ((variant: number) => number)
  readonly options?: Partial<ConnectOptions>
  /** Whether an answer that is not streamed is asked for. @defaultValue `false` */
  readonly plain?: boolean
  /** The deployment asked for, a fault of the emulator included. @defaultValue `short` */
  readonly model?: string
  /** What the client's machine does: called before each call (`undefined`) and after each event. */
  readonly client?: (machine: Machine, event: number | undefined, variant: number) => void | Promise<void>
  /** Whether a bare `fetch` under the same fault must be handed the same text. @defaultValue `true` where `kept` is `all` and one call is made */
  readonly bare?: boolean
}

/** What a row may do to the machine that the client runs on. */
export interface Machine {
  /** Sets the wall clock off by that much. */
  jump(milliseconds: number): void
  /** Lets nothing run for that long. */
  block(milliseconds: number): void
}
