/**
 * What storage holds in, a conversation out, or nothing: others may have written there, or an earlier version of this page.
 * @module
 */
import * as v from 'valibot'
import type { Tree, TreeNode } from './tree.ts'

/** A conversation as it is kept. Never a token, nor anything of the session. */
export interface Kept {
  readonly version: 1
  readonly id: string
  readonly title: string
  /** True where the reader has given the title. */
  readonly named: boolean
  readonly deployment: string
  /** When it was last added to, in milliseconds. */
  readonly changed: number
  readonly nodes: readonly TreeNode[]
  readonly shown: readonly (readonly [parent: string, child: string])[]
}

const id = v.pipe(v.string(), v.maxLength(64))
const time = v.pipe(v.number(), v.minValue(0), v.maxValue(8.64e15))
const words = v.string()
const nothingOr = v.optional(v.nullable(words))
/** A picture's address is its own pixels: the page gets none from elsewhere. */
const part = v.variant('type', [
  v.strictObject({ type: v.literal('text'), text: words }),
  v.object({ type: v.literal('image_url'), image_url: v.object({ url: v.pipe(words, v.regex(/^data:image\/[\w.+-]+;base64,/)), detail: v.optional(v.picklist(['auto', 'low', 'high'])) }) }),
  v.object({ type: v.literal('file'), file: v.object({ filename: words, file_data: words }) }),
])
const question = v.object({ words, way: v.picklist(['words', 'tools', 'form', 'data']), key: v.pipe(words, v.regex(/^[\w-]{1,64}$/)), enclosures: v.array(v.object({ name: words, part })) })
const verdict = v.nullable(v.looseObject({ filtered: v.optional(v.boolean()), severity: v.optional(words), detected: v.optional(v.boolean()) }))
const piece = v.variant('type', [
  v.object({ type: v.picklist(['text', 'reasoning', 'refusal']), text: words }),
  v.object({ type: v.literal('call'), id: words, name: words, input: v.optional(v.unknown()), output: v.optional(v.unknown()), error: v.optional(words), refused: v.optional(v.literal(true)) }),
  v.object({ type: v.literal('citation'), citation: v.looseObject({ title: nothingOr, filepath: nothingOr, url: nothingOr, content: nothingOr }) }),
  v.object({ type: v.literal('filter'), filter: v.object({ source: v.picklist(['prompt', 'completion']), filtered: v.boolean(), categories: v.record(words, verdict) }) }),
  v.object({ type: v.literal('form'), value: v.record(words, v.unknown()) }),
])
const ending = v.object({
  outcome: v.picklist(['finished', 'stopped', 'failed']),
  facts: v.object({
    finishReason: v.optional(words),
    model: v.optional(words),
    intent: v.optional(words),
    usage: v.optional(v.looseObject({ prompt_tokens: v.number(), completion_tokens: v.number(), completion_tokens_details: v.optional(v.nullable(v.record(words, v.nullable(v.number())))) })),
  }),
  requestId: v.optional(words),
  failure: v.optional(v.object({ code: words, message: words, serviceMessage: v.optional(words), param: v.optional(words) })),
})
const message = v.looseObject({ role: v.picklist(['assistant', 'tool', 'user']) })
const place = { id, parent: id, at: time }
const node = v.variant('kind', [
  v.object({ ...place, kind: v.literal('question'), question }),
  v.object({ ...place, kind: v.literal('answer'), deployment: words, record: v.object({ pieces: v.array(piece), messages: v.array(message), ending: v.optional(ending) }) }),
])
const kept = v.object({
  version: v.literal(1),
  id,
  title: v.pipe(words, v.maxLength(200)),
  named: v.boolean(),
  deployment: words,
  changed: time,
  // A tree has no circles, and what it grows from comes first.
  nodes: v.pipe(v.array(node), v.check(grows, 'is no tree')),
  shown: v.array(v.tuple([id, id])),
})

function grows(nodes: v.InferOutput<typeof node>[]): boolean {
  const kinds = new Map<string, string>()
  return nodes.every(({ id: own, parent, kind }) => {
    const follows = kind === 'answer' ? kinds.get(parent) === 'question' : parent === '' || kinds.has(parent)
    const fits = own !== '' && follows && !kinds.has(own)
    kinds.set(own, kind)
    return fits
  })
}

/** Reads what storage holds; `undefined` where that is no conversation. */
export function readKept(value: unknown): Kept | undefined {
  const { success, output } = v.safeParse(kept, value)
  return success ? (output as unknown as Kept) : undefined
}

/** Makes what is shown of it. */
export function treeOf({ id: own, nodes, shown }: Kept): Tree {
  return { id: own, nodes: new Map(nodes.map((one) => [one.id, told(one)])), shown: new Map(shown), dropped: new Set() }
}

/** Of an answer whose page was closed the model is told what came. */
function told(one: TreeNode): TreeNode {
  if (one.kind === 'question' || one.record.ending || one.record.messages.length > 0) return one
  const content = one.record.pieces.map((each) => (each.type === 'text' ? each.text : '')).join('')
  return content === '' ? one : { ...one, record: { ...one.record, messages: [{ role: 'assistant', content }] } }
}
