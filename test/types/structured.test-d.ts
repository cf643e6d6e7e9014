// What the types of structured answers promise, checked by the compiler alone.
import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import * as v from 'valibot'
import { z } from 'zod'
import type { ChatAnswer, ChatRequest, ChatResult, Connection } from '../../src/index.ts'
import { chatAs, streamAs } from '../../src/structured/index.ts'
import type { DeepPartial, PartialJson, StandardSchema, StructuredOptions } from '../../src/structured/index.ts'

type Equals<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const holds = <_ extends true>(): void => {}
type Item<Stream> = Stream extends AsyncIterable<infer Value> ? Value : never

const OF_VALIBOT = toStandardJsonSchema(v.object({ city: v.pipe(v.string(), v.transform(Number)), days: v.array(v.object({ name: v.string() })) }))
const OF_ZOD = z.object({ city: z.string().transform(Number), days: z.array(z.object({ name: z.string() })) })
const OF_ARKTYPE = type({ city: 'string.numeric.parse', days: type({ name: 'string' }).array() })

interface Output { city: number; days: { name: string }[] }
interface Partly { city?: string; days?: { name?: string }[] }

export async function values(foundry: Connection, request: ChatRequest): Promise<void> {
  const [ofValibot, ofZod, ofArktype] = [await chatAs(foundry, request, OF_VALIBOT), await chatAs(foundry, request, OF_ZOD), await chatAs(foundry, request, OF_ARKTYPE)]
  holds<Equals<[typeof ofValibot.value.city, typeof ofValibot.value.days], [Output['city'], Output['days']]>>()
  holds<Equals<[typeof ofZod.value.city, typeof ofZod.value.days], [Output['city'], Output['days']]>>()
  holds<Equals<[typeof ofArktype.value.city, typeof ofArktype.value.days], [Output['city'], Output['days']]>>()
  const answer: ChatAnswer = ofZod
  // @ts-expect-error -- the schema's output has no such member
  void [answer, ofZod.value.town]
}

const first = async <Value>(stream: AsyncIterable<Value>): Promise<Value> => {
  for await (const value of stream) return value
  throw new Error('There is none')
}

export async function streams(foundry: Connection, request: ChatRequest): Promise<void> {
  const [ofValibot, ofZod, ofArktype] = [streamAs(foundry, request, OF_VALIBOT), streamAs(foundry, request, OF_ZOD), streamAs(foundry, request, OF_ARKTYPE)]
  // A state is of the input, the result of the output.
  const states = async (): Promise<Partly[]> => [await first(ofValibot), await first(ofZod), await first(ofArktype)]
  holds<Equals<[Item<typeof ofValibot>['city'], Item<typeof ofZod>['city'], Item<typeof ofArktype>['city']], [string | undefined, string | undefined, string | undefined]>>()
  holds<Equals<NonNullable<Item<typeof ofZod>['days']>[number]['name'], string | undefined>>()
  const results = [await ofValibot.result, await ofZod.result, await ofArktype.result] as const
  holds<Equals<[(typeof results)[0]['value']['city'], (typeof results)[1]['value']['city'], (typeof results)[2]['value']['city']], [number, number, number]>>()
  const result: ChatResult = results[0]
  void [states, result]
}

// Strings of an enumeration may be beginnings, items of a list are there or not, members of a tuple may be missing; null and numbers are whole.
holds<Equals<DeepPartial<{ kind: 'a' | 'b' | null; list: number[]; pair: [number, { deep: string }]; count: 1 | 2 }>, { kind?: string | null; list?: number[]; pair?: [number?, { deep?: string }?]; count?: 1 | 2 }>>()
holds<Equals<DeepPartial<unknown>, unknown>>()

// By hand: nothing but the shape of Standard Schema is needed.
const byHand: StandardSchema<unknown, Date> = { '~standard': { version: 1, vendor: 'hand', validate: () => ({ value: new Date() }) } }
export const handmade = async (foundry: Connection, request: ChatRequest): Promise<Date> => (await chatAs(foundry, request, byHand, { jsonSchema: {}, strict: false })).value
// @ts-expect-error -- there is no other fallback
export const fallback: StructuredOptions = { fallback: 'text' }
holds<Equals<ReturnType<PartialJson['push']>, unknown>>()
