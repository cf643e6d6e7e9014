/**
 * A browser in, a tab of it out that can be frozen: Playwright keeps every page that it knows of awake, so it is told nothing of this one.
 * Runtime: Node.
 * @module
 */
import type { Browser } from 'playwright'

/** A tab, driven by messages of Chromium's DevTools protocol. */
export interface Tab {
  /** Runs an expression and gives its value, a promise's once that has settled. @throws what the expression throws */
  evaluate(expression: string): Promise<unknown>
  /** Sets the state of its life: `frozen` runs neither timers nor scripts, https://developer.chrome.com/docs/web-platform/page-lifecycle-api */
  become(state: 'frozen' | 'active'): Promise<unknown>
  close(): Promise<unknown>
}

interface Message {
  readonly id?: number
  readonly result?: { readonly result?: { readonly value?: unknown }; readonly exceptionDetails?: unknown }
  readonly error?: unknown
}

/** Opens a blank tab in a context of its own. */
export async function openTab(browser: Browser): Promise<Tab> {
  const root = await browser.newBrowserCDPSession()
  const { browserContextId } = await root.send('Target.createBrowserContext')
  const { targetId } = await root.send('Target.createTarget', { url: 'about:blank', browserContextId })
  const { sessionId } = await root.send('Target.attachToTarget', { targetId, flatten: false })
  const waiting = new Map<number, (message: Message) => void>()
  let last = 0
  root.on('Target.receivedMessageFromTarget', ({ message }) => {
    const received = JSON.parse(message) as Message
    waiting.get(received.id ?? -1)?.(received)
  })

  async function send(method: string, params: object): Promise<Message['result']> {
    const id = ++last
    const answer = new Promise<Message>((resolve) => waiting.set(id, resolve))
    await root.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method, params }) })
    const { result, error } = await answer
    if (error ?? result?.exceptionDetails) throw new Error(`${method} failed: ${JSON.stringify(error ?? result?.exceptionDetails)}`)
    return result
  }

  return {
    evaluate: async (expression) => (await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }))?.result?.value,
    become: (state) => send('Page.setWebLifecycleState', { state }),
    close: () => root.send('Target.disposeBrowserContext', { browserContextId }),
  }
}
