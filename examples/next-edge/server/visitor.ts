/**
 * Whom the relay counts for: everybody who opens the page, by a cookie that no script can read.
 *
 * It bounds what one browser may use up, not what one person may. Put your own sign-in here; all that the broker wants is a subject.
 * @module
 */

/** Says who asks; `undefined` where nobody has opened the page. */
export function visitorOf(request: Request): string | undefined {
  return /(?:^|; )visitor=([0-9a-f-]{36})(?:;|$)/.exec(request.headers.get('cookie') ?? '')?.[1]
}

/** Makes the cookie of a new visitor. */
export function visitorCookie(request: Request): string {
  const secure = new URL(request.url).protocol === 'https:' ? '; Secure' : ''
  return `visitor=${crypto.randomUUID()}; Path=/; HttpOnly; SameSite=Strict; Max-Age=86400${secure}`
}
