import * as fc from 'fast-check'
import { describe, expect } from 'vitest'
import { claimsFrom, decodeBase64 } from '../../src/tokens/claims.ts'
import { holds } from './runs.ts'

const token = fc.constantFrom('realm', 'authorization_uri', 'client_id', 'error_description', 'scope', 'nonce', 'resource')
/** What a quoted string may hold; a quote in it would be written with a backslash, which no service has been seen to do. */
const quoted = fc.oneof(fc.constantFrom('', 'https://login.microsoftonline.com/common/oauth2/authorize', 'The Bearer token is expired', 'Bearer only', 'a, b', 'claims missing', '00000003-0000-0000-c000-000000000000'), fc.string({ maxLength: 20 }).map((text) => text.replace(/["\\=]/g, '')))
const parameter = fc.tuple(token, quoted, fc.boolean()).map(([name, value, bare]) => (bare && /^[\w.-]+$/.test(value) ? `${name}=${value}` : `${name}="${value}"`))
const parameters = fc.array(parameter, { maxLength: 4 })
const claims = fc.json({ maxDepth: 2 }).map((json) => `{"access_token":${json}}`)

function base64(text: string, url: boolean, padded: boolean): string {
  const plain = btoa(String.fromCharCode(...new TextEncoder().encode(text)))
  const written = url ? plain.replaceAll('+', '-').replaceAll('/', '_') : plain
  return padded ? written : written.replace(/=+$/, '')
}

const other = fc.oneof(
  parameters.map((all) => `Basic ${['realm="r"', ...all].join(', ')}`),
  parameters.map((all) => `Bearer ${['realm=""', ...all].join(', ')}`),
  parameters.map((all) => `Bearer ${['realm=""', 'error="invalid_token"', ...all, 'claims="eyJ4IjoxfQ=="'].join(', ')}`),
  fc.constantFrom('Negotiate', 'NTLM', 'DPoP algs="ES256"', 'PoP nonce="a"'),
)

describe('claimsFrom()', () => {
  holds(
    'claimsFrom() finds the claims among challenges of any scheme and order',
    fc.property(fc.array(other, { maxLength: 2 }), fc.array(other, { maxLength: 2 }), parameters, parameters, claims, fc.boolean(), fc.boolean(), fc.constantFrom('Bearer', 'bearer', 'BEARER'), (before, behind, head, tail, json, url, padded, scheme) => {
      const wanted = `${scheme} ${['realm=""', ...head, 'error="insufficient_claims"', ...tail, `claims="${base64(json, url, padded)}"`].join(', ')}`
      expect(claimsFrom([...before, wanted, ...behind].join(', '))).toBe(json)
    }),
  )

  holds(
    'claimsFrom() finds none where no challenge asks for them',
    fc.property(fc.array(other, { maxLength: 4 }), (all) => {
      expect(claimsFrom(all.join(', '))).toBeUndefined()
    }),
  )

  holds(
    'claimsFrom() reads any header without failing',
    fc.property(fc.array(fc.oneof(fc.constantFrom('Bearer ', 'error=', '"', 'insufficient_claims', 'claims="', ', ', 'eyJ4IjoxfQ==', '=', '%', '-_'), fc.string({ unit: 'binary', maxLength: 5 })), { maxLength: 20 }), (parts) => {
      expect(['string', 'undefined']).toContain(typeof claimsFrom(parts.join('')))
    }),
  )
})

describe('decodeBase64()', () => {
  holds(
    'decodeBase64() reads back any text, in either alphabet, padded or not',
    fc.property(fc.string({ unit: 'grapheme' }), fc.boolean(), fc.boolean(), (text, url, padded) => {
      // What begins with a BOM loses it, as UTF-8 is decoded.
      fc.pre(!text.startsWith('\uFEFF'))
      expect(decodeBase64(base64(text, url, padded))).toBe(text)
    }),
  )
})
