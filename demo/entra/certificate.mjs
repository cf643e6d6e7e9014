/**
 * A certificate for this machine's own names, made anew at each start, since MSAL takes no authority without https.
 * Runtime: Node.
 * @module
 */
import { generate } from 'selfsigned'

/**
 * Makes a key and a certificate that nobody has signed but itself: browsers warn before it.
 *
 * @returns {Promise<{ key: string, cert: string }>} Both as PEM.
 */
export async function createCertificate() {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }, { type: 7, ip: '127.0.0.1' }] },
    ],
  })
  return { key: made.private, cert: made.cert }
}
