/**
 * Whether conversations are kept, and the keeping: off until the reader wants it. Knows no document but for its storage.
 * @module
 */
import type { Kept } from './kept-schema.ts'
import { burnShelf, openShelf } from './shelf.ts'
import type { Shelf } from './shelf.ts'
import { pathOf } from './tree.ts'
import type { Tree } from './tree.ts'

const KEY = 'keep-conversations'
const CHANNEL = 'keyless-chat-conversations'
/** As much of a question as makes a title. */
const TITLE = 60

/** What it tells. */
export interface KeepingOptions {
  /** Called when something on the shelf has changed, here or in another tab. */
  readonly changed: () => void
  /** Called with what could not be done, and why. What is on the page is not touched by it. */
  readonly failed: (words: string) => void
}

/** The keeping. */
export interface Keeping {
  readonly on: boolean
  turnOn(): Promise<boolean>
  /** Deletes all that is kept. */
  turnOff(): Promise<boolean>
  save(tree: Tree): void
  all(): Promise<{ readonly kept: readonly Kept[]; readonly unreadable: number }>
  rename(id: string, title: string): Promise<void>
  remove(id: string): Promise<void>
}

/** Prepares it; opens the shelf where the reader has wanted one. */
export function createKeeping({ changed, failed }: KeepingOptions): Keeping {
  let shelf: Promise<Shelf> | undefined
  let saving = Promise.resolve()
  const others = new BroadcastChannel(CHANNEL)
  others.onmessage = changed

  function open(): Promise<Shelf> {
    const gone = () => {
      shelf = undefined
    }
    shelf ??= openShelf(() => {
      // Another tab has switched it off.
      gone()
      changed()
    })
    // So that the next attempt is one.
    shelf.catch(gone)
    return shelf
  }

  /** Does something, and says so where the browser refuses. */
  async function attempt<Value>(what: string, work: () => Promise<Value>): Promise<Value | undefined> {
    try {
      return await work()
    } catch (error) {
      failed(`${what}: ${reasonOf(error)}`)
      return undefined
    }
  }

  async function changing(what: string, work: (open: Shelf) => Promise<void>): Promise<void> {
    await attempt(what, async () => work(await open()))
    others.postMessage('changed')
    changed()
  }

  const keeping: Keeping = {
    get on() {
      return read() !== null
    },
    async turnOn() {
      const opened = await attempt('Conversations cannot be kept here', async () => {
        await open()
        localStorage.setItem(KEY, 'yes')
        return true
      })
      others.postMessage('changed')
      changed()
      return opened === true
    },
    async turnOff() {
      const gone = await attempt('The kept conversations could not be deleted', async () => {
        await saving
        // First, so that no tab writes there again.
        localStorage.removeItem(KEY)
        const opened = await shelf?.catch(() => undefined)
        opened?.close()
        shelf = undefined
        await burnShelf().catch((error: unknown) => {
          localStorage.setItem(KEY, 'yes')
          throw error
        })
        return true
      })
      others.postMessage('changed')
      changed()
      return gone === true
    },
    save(tree) {
      if (!keeping.on || tree.nodes.size === 0) return
      // As it is now, as the next words may come before it is written.
      const mine = JSON.parse(JSON.stringify(keptOf(tree))) as Kept
      const dropped = new Set(tree.dropped)
      saving = saving.then(() => (keeping.on ? changing('This conversation could not be kept, and stays on the page until that is closed', (open) => open.put(mine, dropped)) : undefined))
    },
    all: async () => (keeping.on ? ((await attempt('The kept conversations cannot be read', async () => (await open()).all())) ?? { kept: [], unreadable: 0 }) : { kept: [], unreadable: 0 }),
    rename: (id, title) => changing('The conversation could not be renamed', (open) => open.rename(id, title)),
    remove: (id) => changing('The conversation could not be deleted', (open) => open.remove(id)),
  }
  return keeping
}

function keptOf(tree: Tree): Kept {
  const nodes = [...tree.nodes.values()]
  const answer = pathOf(tree).findLast(({ kind }) => kind === 'answer')
  return { version: 1, id: tree.id, title: titleOf(tree), named: false, deployment: answer?.kind === 'answer' ? answer.deployment : '', changed: Math.max(...nodes.map(({ at }) => at)), nodes, shown: [...tree.shown] }
}

/** The first words of the first question. */
export function titleOf(tree: Tree): string {
  const first = pathOf(tree)[0]
  if (first?.kind !== 'question') return 'New conversation'
  const words = first.question.words.replace(/\s+/g, ' ').trim() || first.question.enclosures[0]?.name || 'Without words'
  if (words.length <= TITLE) return words
  return `${words.slice(0, TITLE + 1).replace(/\s*\S*$/, '') || words.slice(0, TITLE)}…`
}

function read(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}

function reasonOf(error: unknown): string {
  const { name, message } = error as Error
  return name === 'QuotaExceededError' ? 'the browser has no room left for it (QuotaExceededError)' : `${message || 'the browser gives no reason'} (${name})`
}
