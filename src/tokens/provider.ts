/**
 * The contract between the library and whoever gets tokens: MSAL, a backend, a test.
 * Runtimes: all. Imports: nothing.
 * @module
 */

/** What a token is asked for. */
export interface TokenRequest {
  /** Scopes such as `https://ai.azure.com/.default`; empty behind a relay. */
  readonly scopes: readonly string[]
  /** The claims challenge of a 401, decoded: JSON text to hand to MSAL as `claims`. */
  readonly claims?: string
  /** True where the service has just refused the token that a cache may still hold. */
  readonly forceRefresh: boolean
  /** Aborts when nobody waits for the token any more. */
  readonly signal: AbortSignal
}

/** A token and when it expires. */
export interface AccessToken {
  readonly token: string
  /** A `Date`, or milliseconds since 1970. Without it, a JWT's own `exp` counts, and else 60 seconds. */
  readonly expiresOn?: Date | number | null
}

/**
 * Gets a token; called as rarely as possible, never twice at once for the same thing.
 *
 * It must not start interaction (a popup): let it throw, and the call fails with `interaction-required` or `token`.
 */
export type TokenProvider = (request: TokenRequest) => string | AccessToken | Promise<string | AccessToken>

/** The tokens of one origin, cached. */
export interface TokenCache {
  /** The only origin that these tokens are for. */
  readonly origin: string
  readonly scopes: readonly string[]
  /**
   * A token that is good now.
   *
   * @param refused - The token that the service has just answered with 401, and the answer's `WWW-Authenticate`, if readable.
   * @throws `ChatError` `token` or `interaction-required`; the signal's reason once it aborts.
   */
  get(signal: AbortSignal, refused?: { readonly token: string; readonly challenge?: string | null }): Promise<string>
  /** Takes the tokens of this cache out of a text, should a service or gateway have echoed them. */
  redact(text: string): string
}
