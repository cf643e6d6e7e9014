/**
 * The form that a model fills in: what it has to write, and what the page takes for a trip.
 * @module
 */
import type { DeepPartial } from 'keyless-chat/structured'
import * as v from 'valibot'

/** What the page takes. */
export const trip = v.object({
  destination: v.pipe(v.string(), v.minLength(1)),
  season: v.picklist(['spring', 'summer', 'autumn', 'winter']),
  budget: v.pipe(v.number(), v.minValue(0)),
  days: v.pipe(v.array(v.string()), v.minLength(1)),
})

/** A plan of a trip. */
export type Trip = v.InferOutput<typeof trip>
/** What of it has arrived. */
export type PartialTrip = DeepPartial<Trip>

/**
 * The same for the model, by hand, as valibot alone does not write JSON Schema: `toStandardJsonSchema()` of
 * `@valibot/to-json-schema` does, and zod and arktype do it themselves. The order is the one in which it is written.
 */
export const jsonSchema = {
  type: 'object',
  properties: {
    destination: { type: 'string', description: 'City and country' },
    season: { enum: ['spring', 'summer', 'autumn', 'winter'] },
    budget: { type: 'number', description: 'For one person, in euros' },
    days: { type: 'array', items: { type: 'string', description: 'What to do on this day, in one sentence' } },
  },
  required: ['destination', 'season', 'budget', 'days'],
} as const
