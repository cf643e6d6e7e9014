/**
 * An id in, the element that has it out.
 * @module
 */

/** Finds an element. @throws `Error` where there is none of that id and kind */
export function byId<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id)
  if (found instanceof kind) return found
  throw new Error(`Cannot find #${id} as ${kind.name}: it is ${String(found)}`)
}
