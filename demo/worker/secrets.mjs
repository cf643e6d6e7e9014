/**
 * New secrets for a Worker, as the file that a first `wrangler deploy --secrets-file` takes.
 * `CLIENT_SECRET=… node demo/worker/secrets.mjs` prints them.
 * Runtime: Node.
 * @module
 */
import { randomBytes } from 'node:crypto'
import process from 'node:process'

/** Makes keys for relay tokens and sessions; `kid` is the key's name, such as the month. */
export function createSecrets(kid) {
  const secret = () => randomBytes(32).toString('base64url')
  return { RELAY_KEYS: JSON.stringify([{ kty: 'oct', kid, alg: 'HS256', k: secret() }]), SESSION_KEY: secret() }
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const { CLIENT_SECRET } = process.env
  if (!CLIENT_SECRET) throw new Error('Cannot make the secrets as CLIENT_SECRET is not set: it is the one of the app registration')
  console.log(JSON.stringify({ ...createSecrets(new Date().toISOString().slice(0, 7)), CLIENT_SECRET }))
}
