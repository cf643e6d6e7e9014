/**
 * Where conversations are kept: a database of this browser, for this address alone. Several tabs may write to it.
 * @module
 * @see https://developer.mozilla.org/docs/Web/API/IndexedDB_API
 */
import { readKept } from './kept-schema.ts'
import type { Kept } from './kept-schema.ts'
import type { TreeNode } from './tree.ts'

const NAME = 'keyless-chat'
const STORE = 'conversations'

/** What is kept. Everything rejects with a `DOMException` where the browser refuses. */
export interface Shelf {
  /** All that can be read, the latest first, and how many cannot. */
  all(): Promise<{ readonly kept: readonly Kept[]; readonly unreadable: number }>
  /** Keeps a conversation; what another tab has added to it stays, but for what is dropped. */
  put(mine: Kept, dropped: ReadonlySet<string>): Promise<void>
  rename(id: string, title: string): Promise<void>
  remove(id: string): Promise<void>
  close(): void
}

/** Opens the shelf, and makes it where there is none. `closed` is called where another tab deletes it. */
export async function openShelf(closed: () => void): Promise<Shelf> {
  const opening = indexedDB.open(NAME, 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: 'id' })
  const database = await settled(opening)
  database.onversionchange = () => {
    database.close()
    closed()
  }

  /** Changes one conversation in one transaction, so that no other tab comes in between. */
  async function change(id: string, next: (before: Kept | undefined) => Kept | undefined): Promise<void> {
    const transaction = database.transaction(STORE, 'readwrite')
    const store = transaction.objectStore(STORE)
    const reading = store.get(id)
    let refusal: unknown
    reading.onsuccess = () => {
      try {
        const after = next(readKept(reading.result))
        if (after) store.put(after)
      } catch (error) {
        refusal = error
        transaction.abort()
      }
    }
    await done(transaction).catch((error: unknown) => {
      // The first one says why.
      throw refusal ?? error
    })
  }

  return {
    async all() {
      const values: readonly unknown[] = await settled(database.transaction(STORE).objectStore(STORE).getAll())
      const kept = values.map(readKept).filter((one) => one !== undefined)
      return { kept: kept.toSorted((a, b) => b.changed - a.changed), unreadable: values.length - kept.length }
    },
    put: (mine, dropped) => change(mine.id, (before) => merged(before, mine, dropped)),
    rename: (id, title) => change(id, (before) => before && { ...before, title, named: true }),
    async remove(id) {
      const transaction = database.transaction(STORE, 'readwrite')
      transaction.objectStore(STORE).delete(id)
      await done(transaction)
    },
    close: () => database.close(),
  }
}

/** Deletes the shelf with all that is on it. */
export async function burnShelf(): Promise<void> {
  await settled(indexedDB.deleteDatabase(NAME))
}

/** Joins what two tabs know of a conversation: mine goes over what was, and of what was nothing is lost. */
export function merged(before: Kept | undefined, mine: Kept, dropped: ReadonlySet<string>): Kept {
  if (!before) return mine
  const own = new Map(mine.nodes.map((node) => [node.id, node]))
  const parents = new Set(before.nodes.map(({ parent }) => parent))
  const there = before.nodes.filter(({ id }) => !dropped.has(id) || parents.has(id))
  const known = new Set(there.map(({ id }) => id))
  const nodes: readonly TreeNode[] = [...there.map((node) => further(node, own.get(node.id))), ...mine.nodes.filter(({ id }) => !known.has(id))]
  return { ...mine, ...(before.named ? { title: before.title, named: true } : {}), nodes, shown: [...new Map([...before.shown, ...mine.shown])] }
}

/** An answer that has ended tells more than the same one on its way. */
function further(before: TreeNode, mine: TreeNode | undefined): TreeNode {
  if (!mine) return before
  const ended = before.kind === 'answer' && before.record.ending !== undefined
  return ended && mine.kind === 'answer' && mine.record.ending === undefined ? before : mine
}

function settled<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('The browser gives no reason'))
  })
}

function done(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error ?? new Error('The browser gives no reason'))
  })
}
