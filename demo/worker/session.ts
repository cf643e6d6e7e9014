/**
 * A cookie that says which browser it is, and a cookie for one that has none.
 *
 * It knows nobody: whoever opens the page has a session. Put your own sign-in in its place, and return who it is.
 * @module
 */

/** Tells sessions by their cookies. */
export interface Sessions {
  /** Whose request it is; `undefined` where there is no cookie, or one that was not made here or has expired. */
  readonly subjectOf: (request: Request) => Promise<string | undefined>
  /** Makes a session: the value of a `set-cookie` header. */
  readonly open: () => Promise<string>
}

const LIFETIME_SECONDS = 43_200
/** An id, when it ends in seconds since 1970, and who says so. */
const FORM = /^([\da-f-]{36})\.(\d{1,12})\.([\da-f]{64})$/

/**
 * Makes sessions that are kept nowhere: the cookie is its own proof, by HMAC.
 *
 * @param options.secret - 32 characters or more. Who has it can be anybody.
 * @param options.secure - False on loopback without https alone, where a browser would not take the cookie.
 */
export function createSessions({ secret, secure, now = () => Date.now() }: { readonly secret: string; readonly secure: boolean; readonly now?: () => number }): Sessions {
  // With this prefix, no page of another host can set it, a sibling below the same domain included: https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis
  const name = secure ? '__Host-session' : 'session'
  const encoder = new TextEncoder()
  const bytesOf = (id: string, ends: string) => encoder.encode(`session ${id} ${ends}`)
  let key: CryptoKey | undefined

  async function load(): Promise<CryptoKey> {
    return (key ??= await crypto.subtle.importKey('raw', encoder.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']))
  }

  return {
    async subjectOf(request) {
      const cookies = (request.headers.get('cookie') ?? '').split(/;\s*/)
      const [, id, ends, mac] = FORM.exec(cookies.find((cookie) => cookie.startsWith(`${name}=`))?.slice(name.length + 1) ?? '') ?? []
      if (!id || !ends || !mac || Number(ends) * 1000 <= now()) return undefined
      const signature = Uint8Array.from(mac.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
      return (await crypto.subtle.verify('HMAC', await load(), signature, bytesOf(id, ends))) ? id : undefined
    },
    async open() {
      const id = crypto.randomUUID()
      const ends = String(Math.floor(now() / 1000) + LIFETIME_SECONDS)
      const mac = new Uint8Array(await crypto.subtle.sign('HMAC', await load(), bytesOf(id, ends)))
      const value = `${id}.${ends}.${[...mac].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
      return `${name}=${value}; Path=/; Max-Age=${LIFETIME_SECONDS}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
    },
  }
}
