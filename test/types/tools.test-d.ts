// What the types of tools promise, checked by the compiler alone.
import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import * as v from 'valibot'
import * as z from 'zod'
import { connect } from '../../src/index.ts'
import type { ChatRequest } from '../../src/index.ts'
import { runTools, tool } from '../../src/tools/index.ts'
import type { Tool, ToolContext } from '../../src/tools/index.ts'

type Equals<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const holds = <_ extends true>(): void => {}

// A tool's input is its schema's output, for every library.
export const ofValibot = tool({
  name: 'valibot',
  input: toStandardJsonSchema(v.object({ city: v.string(), days: v.optional(v.number(), 1), since: v.pipe(v.string(), v.transform((text) => new Date(text))) })),
  run: (input, context) => {
    holds<Equals<typeof input, { city: string; days: number; since: Date }>>()
    holds<Equals<typeof context, ToolContext>>()
    return input.city
  },
})
export const ofZod = tool({
  name: 'zod',
  description: 'Works',
  input: z.object({ city: z.string(), days: z.number().default(1) }),
  strict: true,
  run: async (input, { signal, call }) => {
    holds<Equals<typeof input, { city: string; days: number }>>()
    holds<Equals<typeof signal, AbortSignal>>()
    return call.arguments + input.days
  },
})
export const ofArktype = tool({
  name: 'arktype',
  input: type({ city: 'string', 'unit?': "'celsius' | 'fahrenheit'" }),
  run(input) {
    holds<Equals<typeof input.city, string>>()
    holds<Equals<typeof input.unit, 'celsius' | 'fahrenheit' | undefined>>()
  },
})

// Without a schema nothing is known of it.
export const byHand = tool({ name: 'by_hand', jsonSchema: { type: 'object' }, run: (input) => holds<Equals<typeof input, unknown>>() })
export const without = tool({ name: 'without', run: () => 'noon' })
holds<Equals<typeof without, Tool<unknown>>>()
holds<Equals<typeof ofZod, Tool<{ city: string; days: number }>>>()

// What is no schema is refused, and so is what does not fit it.
// @ts-expect-error -- JSON Schema is no schema
export const json = tool({ name: 'json', input: { type: 'object' }, run: () => 1 })
// @ts-expect-error -- a name is no schema
export const text = tool({ name: 'text', input: 'string', run: () => 1 })
// @ts-expect-error -- a function is no schema
export const fn = tool({ name: 'fn', input: (value: unknown) => value, run: () => 1 })
// @ts-expect-error -- the schema has no such member
export const member = tool({ name: 'member', input: z.object({ city: z.string() }), run: ({ town }) => town })
// @ts-expect-error -- the schema says string
export const wrong = tool({ name: 'wrong', input: z.object({ city: z.string() }), run: (input: { city: number }) => input.city })
// @ts-expect-error -- there is nothing to run
export const idle = tool({ name: 'idle' })

const foundry = connect({ endpoint: 'https://contoso.openai.azure.com', token: () => 'token' })
const request: ChatRequest = { messages: [{ role: 'user', content: 'Hello' }] }

// Tools of all kinds go together; events narrow by their type; messages are ready to be sent.
export async function all(): Promise<ChatRequest> {
  const run = runTools(foundry, request, { tools: [ofValibot, ofZod, ofArktype, byHand, without], approve: ({ name, input }) => (holds<Equals<typeof input, unknown>>(), name !== 'zod' || 'no') })
  for await (const event of run) {
    if (event.type === 'text') holds<Equals<typeof event.text, string>>()
    if (event.type === 'tool-result') {
      holds<Equals<typeof event.refused, true | undefined>>()
      holds<Equals<typeof event.content, string>>()
    }
  }
  for await (const words of run.text) holds<Equals<typeof words, string>>()
  return { ...request, messages: [...request.messages, ...(await run.result).messages] }
}

// @ts-expect-error -- tools are what it is for
export const none = runTools(foundry, request, {})
// @ts-expect-error -- a verdict is true, or false with or without a reason
export const verdict = runTools(foundry, request, { tools: [without], approve: () => 1 })
// @ts-expect-error -- a definition alone cannot be run
export const definition = runTools(foundry, request, { tools: [without.definition] })
