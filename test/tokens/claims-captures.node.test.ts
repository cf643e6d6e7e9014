// Challenges from the Azure SDK's and MSAL's own tests.
import { describe, expect, test } from 'vitest'
import { claimsFrom } from '../../src/tokens/claims.ts'
import { captures, haveCaptures, readCaptureText } from '../captures.ts'

interface Case { name: string; header: string; expectedClaims?: string | null; notes?: string }

const cases = haveCaptures ? (JSON.parse(readCaptureText('www-authenticate-cases.json')) as Case[]) : []

describe.skipIf(!haveCaptures)(captures, () => {
  test.each(cases.filter((it) => 'expectedClaims' in it).map((it) => [it.name, it] as const))('claimsFrom() reads %s', (name, it) => {
    // The older client took claims with any error; documents and the newer one want insufficient_claims.
    const older = name.includes('core-client')
    // .NET alone refuses base64 without padding: `{` is what it says.
    const expected = older ? undefined : name.includes('.NET') ? '{' : (it.expectedClaims ?? undefined)
    expect(claimsFrom(it.header)).toBe(expected)
  })
})
