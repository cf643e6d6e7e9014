// The one place that says how often a property is tried and with which seed: shortly in every run of the tests, or as long as `npm run fuzz` says.
// In every runtime what rests on its own parts: the decoder on `TextDecoder`, endpoints on `URL`, challenges on `atob`.
import * as fc from 'fast-check'
import { inject, test } from 'vitest'

/** What `scripts/fuzz.mjs` provides. */
export interface FuzzSettings {
  readonly seed: number
  /** How long each property is tried; without it, {@link RUNS} times. */
  readonly propertyMs?: number
  /** Where to begin, as a failure has named it. */
  readonly path?: string
}

/** What a property tells `scripts/fuzz.mjs` of its run. */
export interface FuzzReport {
  readonly runs: number
  readonly failure?: { readonly seed: number; readonly path: string | null; readonly counterexample: string; readonly error: string }
}

declare module 'vitest' {
  interface ProvidedContext {
    fuzz: FuzzSettings | undefined
  }
  interface TaskMeta {
    fuzz?: FuzzReport
  }
}

const RUNS = 60
const SHORT_MS = 2500

const provided = inject('fuzz')
const seed = provided?.seed ?? Date.now() % 1_000_000_000
if (!provided) console.log(`fuzz: seed ${seed}`)

/** A property under a name that `--only` takes. Its tests share nothing with those of another, so that each can be run alone. */
export function holds<Ts extends unknown[]>(name: string, property: fc.IProperty<Ts> | fc.IAsyncProperty<Ts>, { cost = 1 }: { readonly cost?: number } = {}): void {
  test(name, { timeout: (provided?.propertyMs ?? 10 * SHORT_MS) + 60_000 }, async ({ task }) => {
    const { propertyMs, path } = provided ?? {}
    const limits = path !== undefined ? { path } : propertyMs ? { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: propertyMs } : { numRuns: Math.ceil(RUNS / cost), interruptAfterTimeLimit: SHORT_MS }
    // The types of the two kinds of property do not meet in one overload.
    const details: fc.RunDetails<Ts> = await fc.check(property as fc.IAsyncProperty<Ts>, { seed, ...limits })
    const { failed, numRuns, counterexample, counterexamplePath, errorInstance } = details
    const error = errorInstance instanceof Error ? (errorInstance.stack ?? errorInstance.message) : String(errorInstance)
    const failure = failed && counterexample ? { seed: details.seed, path: counterexamplePath, counterexample: fc.stringify(counterexample), error } : undefined
    task.meta.fuzz = { runs: numRuns, ...(failure && { failure }) }
    if (!failure) return
    throw new Error(`${failure.counterexample} is a counterexample\nrerun: npm run fuzz -- --only ${JSON.stringify(name)} --seed ${failure.seed} --path ${failure.path}\n${error}`)
  })
}
