/**
 * The two ways in which this page touches its document; text always goes in as text.
 * @module
 */

/** Makes an element. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value)
  made.append(...children)
  return made
}

/** Finds an element of the page's own HTML. */
export function byId<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id)
  if (!(found instanceof kind)) throw new Error(`Cannot start the page as it has no ${kind.name} with the id ${id}`)
  return found
}

/** Makes a list of facts, `data-fact` telling which is which. */
export function factList(facts: readonly (readonly [name: string, label: string, value: string])[]): HTMLDListElement {
  return element('dl', { class: 'facts' }, ...facts.map(([name, label, value]) => element('div', { 'data-fact': name }, element('dt', {}, label), element('dd', {}, value))))
}
