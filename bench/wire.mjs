/**
 * What the subjects are sent: chunks as Azure writes them, cut as a measure asks, and a fetch that answers with them.
 * Runtime: Node. Imports: nothing.
 * @module
 */
const utf8 = new TextEncoder()

/** The request of every subject. */
export const question = 'Why is the sky blue?'
export const model = 'gpt-5-mini'
/** Longer than any run, and no secret. */
export const token = 'eyJ0eXAiOiJKV1QifQ.e30.c2lnbmF0dXJl'

const SAFE = { filtered: false, severity: 'safe' }
const CLEAN = { detected: false, filtered: false }
/** What a chunk says of content filters: nothing, as gpt-5 models do while they write, or all of it, as gpt-4.1 ones do with every chunk. */
export const FILTERS = { empty: {}, full: { hate: SAFE, protected_material_code: CLEAN, protected_material_text: CLEAN, self_harm: SAFE, sexual: SAFE, violence: SAFE } }

/** Words as tokens are: a few characters, now and then some that are no ASCII. */
const WORDS = [' the', ' sky', ' scatters', ' blue', ' light', ' more', ' than', ' red', ',', ' für', ' because', ' é', '.', '\n', ' wave', 'length', ' — ', ' short']
/** Padding of a random length, as the service adds it; of a length that varies with the index here, so that each run has the same bytes. */
const PADDING = 'q7FzX0Lm2VbKcR9T'

function chunk(choices, index, rest = {}) {
  return { choices, created: 1_787_150_119, id: 'chatcmpl-EEbfrHnccAO8ZtkBZbyJLKyzG4nHr', model: 'gpt-5-mini-2025-08-07', obfuscation: PADDING.slice(index % PADDING.length), object: 'chat.completion.chunk', service_tier: 'default', system_fingerprint: null, usage: null, ...rest }
}

function choice(delta, filters, finish_reason = null) {
  return { content_filter_results: filters, delta, finish_reason, index: 0, logprobs: null }
}

/**
 * An answer of so many words.
 *
 * @returns {{ events: string[], text: string }} its events in the order of the wire, and what the model says in all.
 */
export function answerOf(words, filters = FILTERS.empty) {
  const said = Array.from({ length: words }, (_, index) => WORDS[index % WORDS.length])
  return answer(said.map((content, index) => JSON.stringify(chunk([choice({ content }, filters)], index))), said.join(''))
}

/** An answer whose one word is as long as asked. */
export function longAnswer(bytes) {
  const content = 'The sky is blue. '.repeat(Math.ceil(bytes / 17)).slice(0, bytes)
  return answer([JSON.stringify(chunk([choice({ content }, {})], 0))], content)
}

/** Puts around the words what the service sends before and after them. */
function answer(chunks, text) {
  const first = JSON.stringify({ choices: [], created: 0, id: '', model: '', object: '', prompt_filter_results: [{ prompt_index: 0, content_filter_results: { hate: SAFE, self_harm: SAFE, sexual: SAFE, violence: SAFE } }] })
  const role = JSON.stringify(chunk([choice({ content: '', refusal: null, role: 'assistant' }, {})], 0))
  const stop = JSON.stringify(chunk([choice({}, {}, 'stop')], 0))
  const tokens = chunks.length
  const usage = JSON.stringify(chunk([], 0, { usage: { completion_tokens: tokens, prompt_tokens: 12, total_tokens: tokens + 12 } }))
  return { events: [first, role, ...chunks, stop, usage, '[DONE]'].map((data) => `data: ${data}\n\n`), text }
}

/** Each event a block of its own. */
export const eventBlocks = (events) => events.map((event) => utf8.encode(event))

/** Blocks of one size, wherever that cuts. */
export function sizedBlocks(events, size) {
  const bytes = utf8.encode(events.join(''))
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.slice(index * size, (index + 1) * size))
}

/** A fetch without a network: answers with the blocks, each as soon as it is asked for; `over` says that the answer is to break off. */
export function fetchOf(blocks, over = () => false) {
  return async function fetch() {
    let next = 0
    const body = new ReadableStream(
      {
        pull(controller) {
          if (over()) controller.error(new Error('Cannot go on as this takes too long'))
          else if (next < blocks.length) controller.enqueue(blocks[next++])
          else controller.close()
        },
      },
      { highWaterMark: 0 },
    )
    return new Response(body, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } })
  }
}

/** The request as it is written by hand, for subjects that leave it to their user. */
export function post({ fetch, endpoint, signal }) {
  return fetch(`${endpoint}/openai/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: question }] }),
    signal,
  })
}
