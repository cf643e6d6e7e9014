/**
 * What a browser has said, asked for, shown and stored in all tests, and where in it an access token is.
 * @module
 */
import type { BrowserContext, Page, Request, Response } from 'playwright'

/** A place where a token must not be, and what was found there. */
interface Seen {
  readonly where: string
  readonly text: string
}

export interface Witness {
  /** Every access token that the identity provider has issued, oldest first. */
  readonly tokens: string[]
  /** The last of them, once all that was heard so far is noted. */
  lastToken(): Promise<string>
  /** How often a token was sent as it should be. */
  readonly sent: number
  /** Listens to everything in a context from now on. */
  watch(context: BrowserContext, foundry: () => string): void
  /** Looks at what a page shows and at all that its origin has stored. */
  inspect(page: Page): Promise<void>
  /** Names every place that holds a token, or a piece of one. */
  leaks(): Promise<string[]>
}

export function createWitness(): Witness {
  const tokens: string[] = []
  const seen: Seen[] = []
  const pending: Promise<unknown>[] = []
  let sent = 0
  const note = (where: string, text: string | null | undefined) => text && seen.push({ where, text })

  async function ask(request: Request, foundry: string): Promise<void> {
    const url = request.url()
    note(`URL of ${request.method()}`, url)
    note(`body to ${new URL(url).origin}`, request.postData())
    for (const [name, value] of Object.entries(await request.allHeaders().catch(() => request.headers()))) {
      if (name === 'authorization' && new URL(url).origin === foundry) sent += value.startsWith('Bearer ey') ? 1 : 0
      else note(`header ${name} to ${url}`, value)
    }
  }

  async function answered(response: Response, foundry: string): Promise<void> {
    const url = response.url()
    if (!/^https?:/.test(url)) return
    note(`headers of ${url}`, JSON.stringify(await response.allHeaders().catch(() => response.headers())))
    if (new URL(url).pathname.endsWith('/token') && response.request().method() === 'POST') {
      const { access_token: token } = (await response.json().catch(() => ({}))) as { access_token?: string }
      if (token) tokens.push(token)
    } else if (new URL(url).origin === foundry) note(`body of ${url}`, await response.text().catch(() => ''))
  }

  return {
    tokens,
    async lastToken() {
      await Promise.all(pending)
      return tokens.at(-1) ?? ''
    },
    get sent() {
      return sent
    },
    watch(context, foundry) {
      context.on('console', (message) => note('console', `${message.text()} ${message.location().url}`))
      context.on('weberror', (error) => note('uncaught error', `${String(error.error())} ${error.error().stack ?? ''}`))
      context.on('request', (request) => pending.push(ask(request, foundry())))
      context.on('response', (response) => pending.push(answered(response, foundry())))
      context.on('page', (page) => page.on('framenavigated', (frame) => note('address of a frame', frame.url())))
    },
    async inspect(page) {
      await Promise.all(pending)
      note('page', await page.content())
      note('cookies', JSON.stringify(await page.context().cookies()))
      for (const [where, text] of await page.evaluate(stored)) note(where, text)
    },
    async leaks() {
      await Promise.all(pending)
      // Not the first piece: it is the header, which ID tokens have too.
      const pieces = tokens.flatMap((token) => [token.slice(token.length / 2, token.length / 2 + 24), token.slice(-24)])
      return seen.filter(({ text }) => pieces.some((piece) => text.includes(piece))).map(({ where, text }) => `${where}: ${text.slice(0, 200)}`)
    },
  }
}

/** Reads all storages of a page's origin; runs in the page. */
async function stored(): Promise<(readonly [string, string])[]> {
  // MSAL's own cache, where it is told to keep one.
  const session = Array.from({ length: sessionStorage.length }, (_, index) => sessionStorage.key(index) ?? '').filter((key) => !key.startsWith('msal.')).map((key) => [key, sessionStorage.getItem(key)])
  const all: (readonly [string, string])[] = [['localStorage', JSON.stringify(localStorage)], ['sessionStorage', JSON.stringify(session)], ['caches', (await caches.keys().catch(() => [])).join()]]
  const promised = <T>(request: IDBRequest<T>) => new Promise<T>((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error as Error))
  })
  for (const { name = '' } of await indexedDB.databases()) {
    const database = await promised(indexedDB.open(name))
    for (const store of database.objectStoreNames) all.push([`indexedDB ${name}/${store}`, JSON.stringify(await promised(database.transaction(store).objectStore(store).getAll()))])
    database.close()
  }
  return all
}
