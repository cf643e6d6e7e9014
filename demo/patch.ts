/**
 * Nodes in a page in, and how they should be: changes what differs and leaves the rest, with its selection, its focus and its scroll position.
 * @module
 */

/** Makes the children of `parent` from the index `from` on what `wanted` says. */
export function patch(parent: Element, from: number, wanted: readonly Node[]): void {
  for (const [index, node] of wanted.entries()) {
    const there = parent.childNodes[from + index]
    if (there) patchNode(there, node)
    else parent.append(node)
  }
  while (parent.childNodes.length > from + wanted.length) parent.lastChild?.remove()
}

/** Makes a node what another one says, or puts that into its place. */
export function patchNode(there: ChildNode, wanted: Node): void {
  if (there instanceof Text && wanted instanceof Text) return patchText(there, wanted.data)
  if (!(there instanceof Element && wanted instanceof Element) || there.localName !== wanted.localName) return there.replaceWith(wanted)
  // What a button says is its own.
  if (there instanceof HTMLButtonElement) return
  for (const name of there.getAttributeNames()) if (!wanted.hasAttribute(name)) there.removeAttribute(name)
  for (const { name, value } of wanted.attributes) if (there.getAttribute(name) !== value) there.setAttribute(name, value)
  patch(there, 0, [...wanted.childNodes])
}

/** What is appended leaves a selection in the text as it was. */
function patchText(there: Text, wanted: string): void {
  if (wanted === there.data) return
  if (wanted.startsWith(there.data)) there.appendData(wanted.slice(there.data.length))
  else there.data = wanted
}
