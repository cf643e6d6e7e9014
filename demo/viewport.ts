/**
 * Keeps the composer above a phone's keyboard, where that covers the page: Safari knows no `interactive-widget`.
 * @module
 * @see https://developer.mozilla.org/docs/Web/API/VisualViewport
 */

/** How much must be covered to be a keyboard, in pixels; bars of a browser come and go as well. */
const KEYBOARD = 120

/** Gives the page the height that can be seen. */
export function fitKeyboard(): void {
  const viewport = window.visualViewport
  if (!viewport) return
  const fit = () => {
    // Zoomed in, less of the page is seen for another reason.
    const covered = viewport.scale === 1 && window.innerHeight - viewport.height > KEYBOARD
    document.body.style.height = covered ? `${viewport.height}px` : ''
    document.body.classList.toggle('typing', covered)
    if (covered) window.scrollTo(0, 0)
  }
  viewport.addEventListener('resize', fit)
}
