/**
 * Where the identity provider keeps sessions, grants and refresh tokens: in memory, and forgotten at one word.
 * Runtime: Node.
 * @module
 */

/** What ends when an administrator revokes all that was given out. */
const REVOCABLE = ['Session', 'Grant', 'RefreshToken', 'AuthorizationCode']

/** Creates an empty store. */
export function createStore() {
  /** @type {Map<string, Map<string, { payload: Record<string, unknown>, endsAt: number }>>} */
  const models = new Map()

  /** Makes what `oidc-provider` calls an adapter: the part of the store that holds one kind of thing. */
  function adapter(/** @type {string} */ model) {
    const kept = models.get(model) ?? new Map()
    models.set(model, kept)
    const find = async (/** @type {string} */ id) => {
      const entry = kept.get(id)
      return entry && Date.now() < entry.endsAt ? entry.payload : undefined
    }
    const by = async (/** @type {string} */ key, /** @type {string} */ value) => [...kept.values()].find(({ payload }) => payload[key] === value)?.payload
    return {
      find,
      findByUid: (/** @type {string} */ uid) => by('uid', uid),
      findByUserCode: (/** @type {string} */ code) => by('userCode', code),
      async upsert(/** @type {string} */ id, /** @type {Record<string, unknown>} */ payload, /** @type {number} */ seconds) {
        kept.set(id, { payload, endsAt: Date.now() + (seconds ?? Infinity) * 1000 })
      },
      async consume(/** @type {string} */ id) {
        const payload = await find(id)
        if (payload) payload['consumed'] = Math.floor(Date.now() / 1000)
      },
      async destroy(/** @type {string} */ id) {
        kept.delete(id)
      },
      async revokeByGrantId(/** @type {string} */ grantId) {
        for (const [id, { payload }] of kept) if (payload['grantId'] === grantId) kept.delete(id)
      },
    }
  }

  /** Forgets every session, grant and refresh token. */
  function revoke() {
    for (const model of REVOCABLE) models.get(model)?.clear()
  }

  return { adapter, revoke }
}
