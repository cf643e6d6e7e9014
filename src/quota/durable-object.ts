/**
 * A Durable Object for each subject in, a quota that is exact over all of Cloudflare's isolates out.
 * Runtimes: Workers. Imports: `./ledger.ts`, `./quota.ts` (types).
 * @module
 */
import { enter, quotaOf } from './ledger.ts'
import type { Ledger, LedgerAnswer, LedgerEntry } from './ledger.ts'
import type { Quota, QuotaLimits } from './quota.ts'

/** As much of a `DurableObjectNamespace` as is needed. */
export interface ObjectNamespace {
  idFromName(name: string): unknown
  get(id: unknown): { fetch(url: string, init?: RequestInit): Promise<Response> }
}

/** As much of a `DurableObjectState` as is needed. */
export interface ObjectState {
  readonly storage: {
    get(key: string): Promise<unknown>
    put(key: string, value: unknown): Promise<void>
    list(): Promise<Map<string, unknown>>
    delete(key: string): Promise<boolean>
    getAlarm(): Promise<number | null>
    setAlarm(time: number): Promise<void>
    deleteAll(): Promise<void>
  }
}

/** What is stored for an account. */
interface Kept {
  readonly ledger: Ledger
  /** When the ledger may be removed: its window's length after it was opened, by the object's own clock, as the window is told by callers' clocks. */
  readonly removableAt: number
}

/**
 * The Durable Object that keeps one subject's accounts; export it from the Worker's main module and name it in its configuration.
 *
 * It removes what it has stored when the windows are over.
 *
 * @example
 * ```ts
 * export { QuotaObject } from 'keyless-chat/quota'
 * // wrangler.jsonc: "durable_objects": { "bindings": [{ "name": "QUOTA", "class_name": "QuotaObject" }] },
 * //                 "migrations": [{ "tag": "v1", "new_sqlite_classes": ["QuotaObject"] }]
 * ```
 * @see https://developers.cloudflare.com/durable-objects/
 */
export class QuotaObject {
  /** Nothing but a type, by which Cloudflare's own types know a Durable Object: `wrangler types` writes `DurableObjectNamespace<QuotaObject>`. */
  declare readonly __DURABLE_OBJECT_BRAND: never
  readonly #storage: ObjectState['storage']

  constructor({ storage }: ObjectState) {
    this.#storage = storage
  }

  /** Makes one entry. Nothing comes between reading and writing: input gates hold other requests back while storage is waited for. */
  async fetch(request: Request): Promise<Response> {
    const entry = (await request.json()) as LedgerEntry
    const before = (await this.#storage.get(entry.account)) as Kept | undefined
    const { ledger, answer } = enter(before?.ledger, entry)
    if (ledger && ledger !== before?.ledger) {
      const removableAt = ledger.start === before?.ledger.start ? before.removableAt : await this.#opened(ledger)
      await this.#storage.put(entry.account, { ledger, removableAt } satisfies Kept)
    }
    return Response.json(answer ?? null)
  }

  /** Sets the alarm for a new window. An object has one alarm, which stays where it rings for another account before. */
  async #opened({ windowMs }: Ledger): Promise<number> {
    const removableAt = Date.now() + windowMs
    const alarm = await this.#storage.getAlarm()
    if (alarm === null || removableAt < alarm) await this.#storage.setAlarm(removableAt)
    return removableAt
  }

  /** Removes what is over, and comes back for the rest. Nothing depends on it but room: what is over begins anew, whether it was removed or not. */
  async alarm(): Promise<void> {
    const now = Date.now()
    let next = Infinity
    for (const [account, { removableAt }] of (await this.#storage.list()) as Map<string, Kept>) {
      if (removableAt > now) next = Math.min(next, removableAt)
      else await this.#storage.delete(account)
    }
    // What the object stores of itself is billed too, until all is deleted: https://developers.cloudflare.com/durable-objects/reference/faq/
    await (next < Infinity ? this.#storage.setAlarm(next) : this.#storage.deleteAll())
  }
}

/**
 * Counts in Durable Objects, one for each subject: exact, wherever in the world its requests come in.
 *
 * Quotas of one namespace share their accounts, as {@link QuotaLimits} says.
 *
 * @param namespace - The binding whose class is {@link QuotaObject}.
 * @param options.now - Clock in milliseconds. @defaultValue `Date.now`
 * @throws `RangeError` where a limit is not a finite number above 0. `reserve()` and `settle()` throw where the object cannot be reached.
 * @example
 * ```ts
 * const quota = durableObjectQuota(env.QUOTA, { requests: 60, tokens: 100_000, windowMs: 60_000 })
 * ```
 */
export function durableObjectQuota(namespace: ObjectNamespace, limits: QuotaLimits, { now = () => Date.now() }: { readonly now?: () => number } = {}): Quota {
  return quotaOf(
    async (subject, entry) => {
      const object = namespace.get(namespace.idFromName(subject))
      // The host means nothing, but there must be one.
      const response = await object.fetch('https://quota/', { method: 'POST', body: JSON.stringify(entry) })
      if (!response.ok) throw new Error(`Cannot count as the Durable Object answered with status ${response.status}`)
      return ((await response.json()) as LedgerAnswer | null) ?? undefined
    },
    limits,
    now,
  )
}
