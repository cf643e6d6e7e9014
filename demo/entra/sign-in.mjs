/**
 * The pages that ask the user: who are you, and do you approve.
 * Runtime: Node.
 * @module
 */
import { ACCOUNTS, accountOf } from './accounts.mjs'

const STYLE = 'body{font:16px system-ui,sans-serif;max-width:20rem;margin:15vh auto;padding:0 1rem}button{display:block;width:100%;margin:.5rem 0;padding:.7rem;font:inherit}'

/**
 * Creates the listener for these pages.
 *
 * @param {import('oidc-provider').Provider} provider
 * @param {{ signInAs: () => unknown, approved: (grantId: string, missing: readonly string[]) => void }} options
 */
export function createSignIn(provider, { signInAs, approved }) {
  return async function signIn(/** @type {import('node:http').IncomingMessage} */ request, /** @type {import('node:http').ServerResponse} */ response) {
    const { prompt, params, grantId } = await provider.interactionDetails(request, response)
    const answer = request.method === 'POST' ? await formOf(request) : new URLSearchParams()
    const finish = (/** @type {import('oidc-provider').InteractionResults} */ result) => provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true })
    if (answer.has('cancel')) return finish({ error: 'access_denied', error_description: 'The user has cancelled' })

    if (prompt.name === 'approve' || prompt.name === 'consent') {
      const missing = /** @type {string[]} */ (prompt.details['missing'] ?? ['consent'])
      if (signInAs() === undefined && !answer.has('approve')) return show(response, 'Approve this sign-in?', `Asked for: ${missing.join(', ')}`, [['approve', 'yes', 'Approve']])
      approved(String(grantId), missing)
      return finish({ [prompt.name]: {} })
    }

    // A hint spares the question, but not where the page asks for it.
    const hinted = prompt.name === 'login' && !String(params['prompt'] ?? '').includes('login') ? params['login_hint'] : undefined
    const account = accountOf(answer.get('account') ?? signInAs() ?? hinted)
    if (!account) return show(response, 'Pick an account', 'A stand-in for Entra ID on this machine; no password is asked for.', ACCOUNTS.map(({ id, name }) => ['account', id, name]))
    return finish({ login: { accountId: account.id }, [prompt.name]: { accountId: account.id } })
  }
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {string} title
 * @param {string} text
 * @param {readonly (readonly string[])[]} buttons Name, value and label of each.
 */
function show(response, title, text, buttons) {
  const all = [...buttons, ['cancel', 'yes', 'Cancel']].map(([name, value, label]) => `<button name="${name}" value="${value}">${label}</button>`).join('')
  response.setHeader('cache-control', 'no-store')
  response.end(pageOf(response, title, `<p>${escape(text)}</p><form method="post">${all}</form>`))
}

/**
 * Sets the headers of a page and makes its text.
 *
 * @param {{ setHeader: (name: string, value: string) => unknown }} response
 * @param {string} title
 * @param {string} body HTML.
 */
export function pageOf(response, title, body) {
  response.setHeader('content-type', 'text/html; charset=utf-8')
  // No `form-action`, as browsers hold it against the redirect to the app that follows.
  response.setHeader('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'")
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><link rel="icon" href="data:,"><style>${STYLE}</style><h1>${title}</h1>${body}</html>`
}

export function escape(/** @type {unknown} */ text) {
  return String(text).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}

async function formOf(/** @type {import('node:http').IncomingMessage} */ request) {
  let text = ''
  for await (const part of request) {
    text += part
    if (text.length > 4096) throw new Error('Cannot read the form as it is too long')
  }
  return new URLSearchParams(text)
}
