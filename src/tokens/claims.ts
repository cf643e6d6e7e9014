/**
 * `WWW-Authenticate` in, the decoded claims challenge out.
 * Runtimes: all. Imports: nothing.
 * @module
 */

/**
 * Finds the claims that a continuous access evaluation challenge asks for.
 *
 * Several challenges may sit in one header. Only a `Bearer` one with `error="insufficient_claims"` counts.
 *
 * @returns The claims as JSON text, as MSAL takes them: `{"x":1}` for `Bearer realm="", error="insufficient_claims", claims="eyJ4IjoxfQ=="`; `undefined`
 * where there is no such challenge or it cannot be decoded.
 * @see https://learn.microsoft.com/entra/identity-platform/claims-challenge
 */
export function claimsFrom(header: string | null | undefined): string | undefined {
  // A scheme is told from a word in a description by the parameter that follows it.
  const challenge = header?.split(/(?=\bBearer \w+=)/i).find((part) => /^Bearer.*\berror="?insufficient_claims\b/i.test(part))
  const claims = /\bclaims="([^"]+)"/i.exec(challenge ?? '')
  return claims?.[1] && decodeBase64(claims[1])
}

/** Decodes base64 or base64url as UTF-8 text; `undefined` where it is neither. */
export function decodeBase64(text: string): string | undefined {
  try {
    const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'))
    return new TextDecoder().decode(Uint8Array.from(binary, (char) => char.charCodeAt(0)))
  } catch {
    return undefined
  }
}
