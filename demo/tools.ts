/**
 * Two functions that a model may call. They run in this page, ask nobody else, and change nothing.
 * @module
 */
import { tool } from 'keyless-chat/tools'
import * as v from 'valibot'

/** A few cities: their time zones, and what the weather might be like. */
const CITIES: Readonly<Record<string, { readonly zone: string; readonly sky: string; readonly celsius: number }>> = {
  lisbon: { zone: 'Europe/Lisbon', sky: 'sunny', celsius: 24 },
  oslo: { zone: 'Europe/Oslo', sky: 'snow', celsius: -3 },
  nairobi: { zone: 'Africa/Nairobi', sky: 'cloudy', celsius: 21 },
  tokyo: { zone: 'Asia/Tokyo', sky: 'light rain', celsius: 17 },
  lima: { zone: 'America/Lima', sky: 'fog', celsius: 18 },
}

const place = v.object({ city: v.pipe(v.string(), v.minLength(1)) })
/** The same for the model, by hand, as in `trip.ts`. */
const jsonSchema = { type: 'object', properties: { city: { type: 'string', description: 'A city, in English' } }, required: ['city'] } as const

function find(city: string): (typeof CITIES)[string] {
  const found = CITIES[city.toLowerCase()]
  // What is thrown, the model is told, so that it can say it or try another city.
  if (!found) throw new Error(`There is no weather station in ${city}`)
  return found
}

const weather = tool({
  name: 'get_weather',
  description: 'The weather in a city, now',
  input: place,
  jsonSchema,
  run({ city }) {
    const { sky, celsius } = find(city)
    return { city, sky, celsius }
  },
})

const time = tool({
  name: 'get_time',
  description: 'The time of day in a city, now',
  input: place,
  jsonSchema,
  run: ({ city }) => ({ city, time: new Intl.DateTimeFormat('en-GB', { timeZone: find(city).zone, timeStyle: 'short' }).format() }),
})

/** What the model is offered. */
export const tools = [weather, time]
