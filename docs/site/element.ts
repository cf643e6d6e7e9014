/**
 * Elements by their names, as the page's policy allows no HTML that is made of texts.
 * @module
 */

/** Makes an element; `undefined` attributes are left out. */
export function element<Name extends keyof HTMLElementTagNameMap>(name: Name, attributes: Readonly<Record<string, string | undefined>> = {}, ...children: readonly (Node | string)[]): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(key, value)
  made.append(...children)
  return made
}

/** A button that copies what it is asked for, and says so. */
export function copyButton(text: () => string): HTMLButtonElement {
  const button = element('button', { type: 'button', class: 'copy' }, 'Copy')
  button.addEventListener('click', () => {
    void navigator.clipboard.writeText(text()).then(
      () => say(button, 'Copied'),
      () => say(button, 'Press Ctrl+C'),
    )
  })
  return button
}

const SAID_MS = 1600

function say(button: HTMLButtonElement, word: string): void {
  button.textContent = word
  setTimeout(() => (button.textContent = 'Copy'), SAID_MS)
}
