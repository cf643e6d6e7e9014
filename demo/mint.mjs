/**
 * Plays the backend of a page: gives the emulator's tokens to three people, by who is said to ask.
 * Runtimes: Node, browsers. Imports: nothing.
 * @module
 */

/**
 * Answers a request for a token. In a page of yours, the session's cookie would say who asks.
 *
 * @param {Pick<import('keyless-chat/emulator').Emulator, 'token'>} emulator
 * @param {Request} request
 * @returns {Promise<Response>}
 */
export async function mint(emulator, request) {
  const body = await request.json()
  // The page's own callback says one scope and a session, the library's broker says scopes.
  const { scope = body.scopes?.[0] ?? '', session = request.headers.get('x-demo-session') } = body
  if (session === 'ended') return Response.json({ error: 'interaction_required' }, { status: 401 })
  return Response.json(await emulator.token({ audience: String(scope).replace(/\/\.default$/, ''), role: session !== 'without-role' }))
}
