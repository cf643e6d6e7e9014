import { describe, expect, test } from 'vitest'
import { claimsFrom } from '../../src/tokens/claims.ts'

const CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1"},"note":{"value":"grün"}}}'
const ENCODED = btoa(String.fromCharCode(...new TextEncoder().encode(CLAIMS)))

describe('claimsFrom()', () => {
  test.each([
    ['one challenge', `Bearer realm="", error="insufficient_claims", claims="${ENCODED}"`],
    ['any order and case', `bearer CLAIMS="${ENCODED}", Error="insufficient_claims"`],
    ['no padding', `Bearer error="insufficient_claims", claims="${ENCODED.replace(/=+$/, '')}"`],
    ['base64url', `Bearer error="insufficient_claims", claims="${ENCODED.replaceAll('+', '-').replaceAll('/', '_')}"`],
    ['behind another scheme', `PoP nonce="x", claims="bm8=", Bearer error="insufficient_claims", claims="${ENCODED}"`],
    ['behind another Bearer', `Bearer error="invalid_token", claims="bm8=", Bearer error="insufficient_claims", claims="${ENCODED}"`],
    ['commas in quotes', `Bearer realm="a, b", error_description="Bearer tokens, revoked", error="insufficient_claims", claims="${ENCODED}"`],
  ])('decodes %s', (_, header) => expect(claimsFrom(header)).toBe(CLAIMS))

  test.each([
    ['no header', null],
    ['an empty one', ''],
    ['another error', `Bearer error="invalid_token", claims="${ENCODED}"`],
    ['no claims', 'Bearer error="insufficient_claims"'],
    ['empty claims', 'Bearer error="insufficient_claims", claims=""'],
    ['bad base64', 'Bearer error="insufficient_claims", claims="not base64"'],
    ['another scheme alone', `PoP error="insufficient_claims", claims="${ENCODED}"`],
  ])('finds none in %s', (_, header) => expect(claimsFrom(header)).toBeUndefined())

  test('takes time linear in a hostile header', () => {
    expect(claimsFrom(`Bearer ${'a="'.repeat(20_000)}`)).toBeUndefined()
    expect(claimsFrom('Bearer x='.repeat(10_000))).toBeUndefined()
  })
})
