/**
 * What a tab that was away says on return: whether the answer has gone on. Nothing is ever asked again by itself.
 * @module
 * @see https://developer.chrome.com/docs/web-platform/page-lifecycle-api for the states of a tab
 */

/** What is asked and told. */
export interface AwakeOptions {
  readonly busy: () => boolean
  readonly say: (words: string) => void
  /** Called when the page may not come back. */
  readonly hidden: () => void
}

/** Shorter absences nobody wonders about. */
const LONG_MS = 2000

/** Watches the tab's life. */
export function createAwake({ busy, say, hidden }: AwakeOptions): void {
  let left: { readonly at: number; readonly busy: boolean; frozen: boolean } | undefined

  function leave(frozen: boolean): void {
    left ??= { at: Date.now(), busy: busy(), frozen }
    left.frozen ||= frozen
  }

  function back(): void {
    const was = left
    left = undefined
    if (!was?.busy || (!was.frozen && Date.now() - was.at < LONG_MS)) return
    const how = was.frozen ? `This tab was frozen for ${seconds(was.at)}` : `You were away for ${seconds(was.at)}`
    // What has ended meanwhile has said how, on its own card.
    if (!busy()) return
    say(was.frozen ? `${how}: the answer goes on if its connection has lasted, and says so if not` : `${how}: the answer still comes`)
  }

  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') {
      leave(false)
      hidden()
    } else back()
  })
  document.addEventListener('freeze', () => leave(true))
  document.addEventListener('resume', back)
}

function seconds(since: number): string {
  return `${Math.max(1, Math.round((Date.now() - since) / 1000))} s`
}
