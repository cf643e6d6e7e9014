// JSON as services send it and as they never would: objects of a known shape in which anything may stand for anything.
import * as fc from 'fast-check'

const TEXTS = ['1e999', '-0', '7', '-1.5', 'true', 'false', 'null', '""', '"text"', '"0"', '[]', '[[[]]]', '[null]', '[1,"2",{}]', '{}', '{"a":{"b":[0]}}', '{"__proto__":{"polluted":1}}', '{"constructor":{"prototype":{}}}', '{"length":-1}']

/** Any JSON value, through text as the wire brings it: with `__proto__` as a name like any other, and numbers that overflow. */
export const anyJson: fc.Arbitrary<unknown> = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...TEXTS) }, { weight: 1, arbitrary: fc.json({ maxDepth: 1 }) }).map((text): unknown => JSON.parse(text))

/** Mostly what should stand there, sometimes anything. */
export function mostly<T>(arbitrary: fc.Arbitrary<T>, weight = 10): fc.Arbitrary<unknown> {
  return fc.oneof<fc.MaybeWeightedArbitrary<unknown>[]>({ weight, arbitrary }, { weight: 1, arbitrary: anyJson })
}

/** An object with any of these members, and perhaps others. */
export function loose(members: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  return fc.tuple(fc.record(members, { requiredKeys: [] }), fc.option(fc.dictionary(fc.string({ maxLength: 8 }), anyJson, { maxKeys: 2 }), { freq: 4, nil: {} })).map(([known, unknown]) => ({ ...unknown, ...known }))
}

const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const call = loose({ index: mostly(fc.nat(2)), id: mostly(text), function: mostly(loose({ name: mostly(text), arguments: mostly(text) })), custom: mostly(loose({ name: mostly(text), input: mostly(text) })) })
const parts = fc.array(mostly(loose({ type: mostly(fc.constantFrom('text', 'thinking')), text: mostly(text), thinking: mostly(fc.array(mostly(loose({ text: mostly(text) })), { maxLength: 2 })) })), { maxLength: 3 })
const words = loose({
  role: mostly(fc.constant('assistant')),
  content: mostly(fc.oneof<fc.Arbitrary<unknown>[]>(text, text, parts)),
  reasoning_content: mostly(text),
  reasoning: mostly(text),
  refusal: mostly(text),
  tool_calls: mostly(fc.array(mostly(call), { maxLength: 3 })),
  context: mostly(loose({ citations: mostly(fc.array(mostly(loose({ title: mostly(text) })), { maxLength: 2 })), intent: mostly(text) })),
})
const verdicts = fc.dictionary(fc.constantFrom('hate', 'violence', 'error', '__proto__'), mostly(loose({ filtered: mostly(fc.boolean()), severity: mostly(fc.constantFrom('safe', 'high')) })), { maxKeys: 3 })

/** A chunk of any dialect, or something that looks like one. */
export const chunk: fc.Arbitrary<Readonly<Record<string, unknown>>> = loose({
  id: mostly(text),
  model: mostly(text),
  choices: mostly(
    fc.array(
      mostly(loose({ index: mostly(fc.constantFrom(0, 0, 0, 1, 2, -1, 1.5)), delta: mostly(words), message: mostly(words), finish_reason: mostly(fc.constantFrom(null, 'stop', 'length', 'tool_calls', 'content_filter')), content_filter_results: mostly(verdicts), content_filter_result: mostly(verdicts) }), 20),
      { maxLength: 3 },
    ),
    20,
  ),
  usage: mostly(loose({ prompt_tokens: mostly(fc.nat()), completion_tokens: mostly(fc.nat()) })),
  prompt_filter_results: mostly(fc.array(mostly(loose({ content_filter_results: mostly(verdicts) })), { maxLength: 2 })),
})

/** The body of a failure in any of the shapes that services have, or something that looks like one. */
export const failureBody: fc.Arbitrary<Readonly<Record<string, unknown>>> = (() => {
  const said = mostly(
    fc.oneof(
      text,
      fc.constantFrom('DeploymentNotFound', 'insufficient_quota', 'content_filter', 'Please retry after 7 seconds', 'try again in 90 ms', 'retry after 99999999999999999999 minutes', 'audience is incorrect (https://ai.azure.com', 'lacks the required data action', 'unsupported_parameter', 'context_length_exceeded', '<html><style>x</style>no</html>'),
      fc.string({ maxLength: 2000 }),
    ),
  )
  const inner = loose({ code: said, type: said, message: said, detail: said, param: said, status: mostly(fc.oneof<fc.Arbitrary<unknown>[]>(fc.integer({ min: -1, max: 700 }), said)), statusCode: mostly(fc.integer({ min: 0, max: 700 })), innererror: mostly(loose({ code: said, content_filter_result: mostly(verdicts) })), inner_error: mostly(loose({ content_filter_results: mostly(verdicts) })) })
  return fc.oneof(inner, loose({ error: mostly(fc.oneof<fc.Arbitrary<unknown>[]>(inner, said)), code: said, message: said }))
})()
