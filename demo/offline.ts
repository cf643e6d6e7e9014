/**
 * Whether the browser has a network at all, in a banner and in words.
 * @module
 */
import { byId } from './dom.ts'

/** The state of the network, as far as a browser knows it. */
export interface Network {
  readonly offline: boolean
}

/** Watches it; `changed` is called at each change. */
export function watchNetwork(say: (words: string) => void, changed: () => void): Network {
  const banner = byId('offline', HTMLElement)

  function show(): void {
    banner.hidden = navigator.onLine
  }
  for (const event of ['online', 'offline']) {
    window.addEventListener(event, () => {
      show()
      say(navigator.onLine ? 'Back online' : 'Offline')
      changed()
    })
  }
  show()

  return {
    get offline() {
      return !navigator.onLine
    },
  }
}
