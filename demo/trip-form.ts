/**
 * A trip that still arrives in, a form that fills out.
 * @module
 */
import { element } from './dom.ts'
import type { PartialTrip, Trip } from './trip.ts'

/** The form of an answer. */
export interface TripForm {
  readonly root: HTMLElement
  /** Shows what has arrived. */
  grow(trip: PartialTrip): void
  /** Shows what fits the schema. */
  fill(trip: Trip): void
  /** Says that no more of it comes. */
  leave(): void
}

const FIELDS = { destination: 'Destination', season: 'Season', budget: 'Budget in euros' } as const

/** Makes the empty form. The model writes in it, so the reader cannot. */
export function tripForm(): TripForm {
  const inputs = Object.entries(FIELDS).map(([name, label]) => {
    const input = element('input', { name, readonly: '', autocomplete: 'off' })
    return { name: name as keyof typeof FIELDS, input, field: element('label', { class: 'field' }, label, input) }
  })
  const days = element('ol', { class: 'days' })
  const state = element('span', { class: 'chip' }, 'filling')
  const root = element(
    'section',
    { class: 'card trip', 'aria-label': 'Plan of a trip', 'data-state': 'growing' },
    element('header', {}, element('h3', {}, 'Plan of a trip'), state),
    element('div', { class: 'fields' }, ...inputs.map(({ field }) => field)),
    element('p', { class: 'state' }, 'Days'),
    days,
  )

  function grow(trip: PartialTrip): void {
    for (const { name, input } of inputs) input.value = String(trip[name] ?? '')
    for (const [index, words] of several(trip.days).entries()) {
      if (!days.children[index]) days.append(element('li'))
      const day = days.children[index]
      if (day && day.textContent !== words) day.textContent = words
    }
  }

  return {
    root,
    grow,
    fill(trip) {
      grow(trip)
      root.dataset['state'] = 'valid'
      state.textContent = 'fits its schema'
    },
    leave() {
      if (root.dataset['state'] !== 'growing') return
      root.dataset['state'] = 'left'
      state.textContent = 'not valid'
    },
  }
}

/** Until it is whole nothing is proven, not even that it is a list. */
function several(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}
