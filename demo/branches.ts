/**
 * The row below a message: `‹ 2/3 ›` to the versions of it, and what can be done with it.
 * @module
 */
import { element } from './dom.ts'
import type { Siblings } from './tree.ts'

/** How a message stands in what is shown. */
export interface Standing extends Siblings {
  /** Nothing follows it. */
  readonly last: boolean
}

/** The row. */
export interface TurnBar {
  readonly root: HTMLElement
  show(standing: Standing): void
}

/** What the row is about. */
export interface TurnBarOptions {
  /** What there are versions of: `question` or `answer`. */
  readonly of: string
  /** Goes to the version before or after. */
  readonly move: (step: number) => void
  /** What it can do beside that. */
  readonly act: HTMLButtonElement
  /** Whether that is offered. */
  readonly offered: (standing: Standing) => boolean
}

/** Makes the row. */
export function turnBar({ of, move, act, offered }: TurnBarOptions): TurnBar {
  const place = element('span', { class: 'place' })
  const before = step(-1)
  const after = step(1)
  const versions = element('div', { class: 'versions', role: 'group', 'aria-label': `Versions of this ${of}` }, before, place, after)
  const root = element('div', { class: 'turn-bar' })

  function step(by: number): HTMLButtonElement {
    const button = element('button', { type: 'button', class: 'step', 'data-step': String(by), 'aria-label': `${by < 0 ? 'Previous' : 'Next'} version of this ${of}` }, element('span', { class: `icon ${by < 0 ? 'before' : 'next'}`, 'aria-hidden': 'true' }))
    // A button that is disabled would lose the focus.
    button.addEventListener('click', () => button.getAttribute('aria-disabled') === 'true' || move(by))
    return button
  }

  return {
    root,
    show(standing) {
      const { at, count } = standing
      place.textContent = `${at + 1}/${count}`
      before.setAttribute('aria-disabled', String(at === 0))
      after.setAttribute('aria-disabled', String(at === count - 1))
      const wanted = [...(count > 1 ? [versions] : []), ...(offered(standing) ? [act] : [])]
      if (wanted.length !== root.childElementCount || wanted.some((one, index) => root.children[index] !== one)) root.replaceChildren(...wanted)
    },
  }
}

/** Makes a button that is an icon with a name. */
export function iconButton(icon: string, name: string): HTMLButtonElement {
  return element('button', { type: 'button', class: `act ${icon}`, 'aria-label': name, title: name }, element('span', { class: `icon ${icon}`, 'aria-hidden': 'true' }))
}
