/**
 * Events in, what reads them once out: a loop, or who waits for their result.
 * Runtimes: all. Imports: `./events.ts` (types).
 * @module
 */
import type { ChatEvent } from './events.ts'

/**
 * Lets events be read once.
 *
 * @param leave - Called before the generator is left: it would finish its wait first, and in silence that takes until the idle limit; one that has
 * not begun would do nothing.
 * @returns what begins a loop, with a `TypeError` where it has been read, and what reads to the end unless there is a loop.
 */
export function readOnce<Event>(run: () => AsyncIterator<Event, void, void>, leave: () => void): readonly [loop: () => AsyncIterator<Event, void, void>, drain: () => Promise<void>] {
  let begun = false

  function begin(): AsyncIterator<Event, void, void> {
    if (begun) throw new TypeError('Cannot read the stream twice')
    begun = true
    return run()
  }

  function loop(): AsyncIterator<Event, void, void> {
    const events = begin()
    return {
      next: () => events.next(),
      async return() {
        leave()
        await events.return?.()
        return { done: true, value: undefined }
      },
    }
  }

  async function drain(): Promise<void> {
    // A loop that begins in the same breath comes first.
    await Promise.resolve()
    try {
      if (!begun) for (const events = begin(); !(await events.next()).done; );
    } catch {
      // Its failure is the result's.
    }
  }

  return [loop, drain]
}

/** The words alone, of the first choice. */
export async function* words(stream: AsyncIterable<ChatEvent | { readonly type: 'tool-result' }>): AsyncGenerator<string, void, void> {
  for await (const event of stream) if (event.type === 'text' && event.choice === 0) yield event.text
}
