/**
 * Keeps the end of a growing list in sight, as long as the reader is there.
 * @module
 */

/** How near to the end counts as there, in pixels. */
const NEAR = 40

/** Follows `content` inside of `scroller`; `button` shows while the reader is elsewhere. Returns a way back to the end. */
export function follow(scroller: HTMLElement, content: HTMLElement, button: HTMLElement): () => void {
  let following = true
  let top = 0

  function toEnd(): void {
    following = true
    button.hidden = true
    scroller.scrollTop = scroller.scrollHeight
    top = scroller.scrollTop
  }

  scroller.addEventListener('scroll', () => {
    // What has grown since the list was moved to its end has moved nobody away from there: only a reader goes up.
    if (scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR) following = true
    else if (scroller.scrollTop < top) following = false
    top = scroller.scrollTop
    button.hidden = following
  })
  button.addEventListener('click', () => {
    toEnd()
    scroller.focus()
  })
  // After layout and before paint, so that nothing jumps.
  const observer = new ResizeObserver(() => following && toEnd())
  observer.observe(content)
  observer.observe(scroller)
  return toEnd
}
