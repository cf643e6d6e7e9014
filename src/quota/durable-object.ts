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
    setAlarm(time: number): Promise<void>
    deleteAll(): Promise<void>
  }
}

const KEY = 'ledger'

/**
 * The Durable Object that keeps one subject's account; export it from the Worker's main module and name it in its configuration.
 *
 * It removes what it has stored when the window is over.
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
    const before = (await this.#storage.get(KEY)) as Ledger | undefined
    const { ledger, answer } = enter(before, entry)
    if (ledger && ledger !== before) {
      if (ledger.start !== before?.start) await this.#storage.setAlarm(Date.now() + ledger.windowMs)
      await this.#storage.put(KEY, ledger)
    }
    return Response.json(answer ?? null)
  }

  /** Called when the window is over. */
  async alarm(): Promise<void> {
    await this.#storage.deleteAll()
  }
}

/**
 * Counts in Durable Objects, one for each subject: exact, wherever in the world its requests come in.
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
