/**
 * What keys do where words are written: Enter sends, with Shift it breaks the line.
 * @module
 */

/** Calls back for the Enter that sends, which is not the one that ends the choice of a Chinese or Japanese word. */
export function onEnter(field: HTMLTextAreaElement, send: () => void): void {
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    send()
  })
}
