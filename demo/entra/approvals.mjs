/**
 * What users have to approve beside signing in, and which sign-ins have: Entra ID's conditional access, small.
 * Runtime: Node.
 * @module
 */
import { claimsFor } from './tokens.mjs'

const CONSENT = 'consent'

/** Creates a list of demands, empty at first. */
export function createApprovals() {
  /** @type {Set<string>} */
  const demanded = new Set()
  /** Contexts that need no approval. @type {Set<string>} */
  const ready = new Set()
  /** Approved, by the id of a sign-in's grant. @type {Map<string, Set<string>>} */
  const byGrant = new Map()
  const approvedFor = (/** @type {string | undefined} */ grantId) => byGrant.get(grantId ?? '') ?? new Set()

  return {
    /** From now on everyone has to approve it, also who has before. */
    demand(/** @type {string} */ what) {
      demanded.add(what)
      for (const approved of byGrant.values()) approved.delete(what)
    },
    /** From now on a request that asks for this context gets it without the user, as on a managed device. */
    fulfil(/** @type {string} */ context) {
      ready.add(context)
    },
    approve(/** @type {string} */ grantId, /** @type {readonly string[]} */ what) {
      byGrant.set(grantId, new Set([...approvedFor(grantId), ...what]))
    },
    /** What is still to be approved: what is demanded of all, and the contexts that this request asks for. */
    missing: (/** @type {string | undefined} */ grantId, /** @type {readonly string[]} */ contexts) => [...new Set([...demanded, ...contexts])].filter((what) => !ready.has(what) && !approvedFor(grantId).has(what)),
    /** The authentication contexts that a token names: those approved, and of those asked for, those that need no approval. */
    satisfied: (/** @type {string | undefined} */ grantId, /** @type {readonly string[]} */ contexts) => [...new Set([...approvedFor(grantId), ...contexts.filter((context) => ready.has(context))])].filter((what) => what !== CONSENT),
    /** What the refusal of a renewal says beside its `error`, as Entra ID's do. */
    refusal(/** @type {readonly string[]} */ contexts) {
      const context = contexts[0] ?? [...demanded].find((what) => what !== CONSENT)
      return context === undefined ? { suberror: 'consent_required' } : { suberror: 'basic_action', claims: claimsFor(context) }
    },
  }
}
