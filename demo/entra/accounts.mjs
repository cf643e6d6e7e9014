/**
 * Who can sign in: Alice may call models, Bob may not.
 * Runtime: Node.
 * @module
 */

/**
 * @typedef {object} Account
 * @property {string} id What a sign-in names.
 * @property {string} name
 * @property {string} username
 * @property {string} oid The object id, as tokens carry it.
 * @property {readonly string[]} roles
 */

/** @type {readonly Account[]} */
export const ACCOUNTS = [
  { id: 'alice', name: 'Alice', username: 'alice@contoso.example', oid: 'a11ce000-0000-4000-8000-000000000001', roles: ['Cognitive Services User'] },
  { id: 'bob', name: 'Bob', username: 'bob@contoso.example', oid: 'b0b00000-0000-4000-8000-000000000002', roles: [] },
]

/**
 * Finds an account by its id or its user name.
 *
 * @param {unknown} name
 * @returns {Account | undefined}
 */
export function accountOf(name) {
  return ACCOUNTS.find(({ id, username }) => id === name || username === name)
}

/**
 * What an ID token says of an account, in Entra's words.
 *
 * @param {Account} account
 * @param {string} tenant
 */
export function claimsOf({ id, name, username, oid }, tenant) {
  return { sub: id, oid, tid: tenant, ver: '2.0', name, preferred_username: username }
}

/**
 * The `client_info` of a token response, from which MSAL makes the account's home id.
 *
 * @param {Account} account
 * @param {string} tenant
 */
export function clientInfoOf({ oid }, tenant) {
  return Buffer.from(JSON.stringify({ uid: oid, utid: tenant })).toString('base64url')
}
