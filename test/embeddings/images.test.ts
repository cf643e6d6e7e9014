import { describe, expect, test } from 'vitest'
import { embedImages } from '../../src/embeddings/index.ts'
import { ENDPOINT, foundry, rejection } from '../conformance/foundry.ts'

const MODEL = 'embed-v-4-0'
const endpoint = `${ENDPOINT}/models`
const PNG = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUg=='
const bytes = (count: number) => Uint8Array.from({ length: count }, (_, at) => at * 7)

describe('embedImages()', () => {
  test('gets a vector for each image, with texts or without', async () => {
    const { connection, emulator } = foundry({ endpoint })
    const input = [{ image: PNG }, { image: PNG, text: 'a harbour at night' }]
    const { embeddings, model, usage, responses } = await embedImages(connection, { model: MODEL, input, dimensions: 256, input_type: 'document' })
    expect(embeddings.map(({ length }) => length)).toEqual([256, 256])
    expect(embeddings[0]).not.toEqual(embeddings[1])
    expect(model).toBe(MODEL)
    expect(usage).toEqual({ prompt_tokens: 6, completion_tokens: 0, total_tokens: 6 })
    expect(responses).toHaveLength(1)
    expect(emulator.calls).toMatchObject([{ path: '/models/images/embeddings', operation: 'image-embeddings', body: { model: MODEL, input, dimensions: 256, input_type: 'document' } }])
    const packed = await embedImages(connection, { model: MODEL, input, dimensions: 256, encoding_format: 'base64' })
    expect(packed.embeddings).toEqual(embeddings)
  })

  test('sends a blob as a data URL, however long', async () => {
    const { connection, emulator } = foundry({ endpoint })
    // The lengths of what is read at once, and of what base64 pads.
    for (const size of [1, 2, 3, 8191, 8192, 8193, 300_001]) {
      const before = bytes(size)
      await embedImages(connection, { model: MODEL, input: [{ image: new Blob([before], { type: 'image/webp' }), text: 'x' }] })
      const body = emulator.calls.at(-1)?.body as { input: { image: string; text: string }[] } | undefined
      expect(body?.input[0]?.text).toBe('x')
      const [head, data = ''] = body?.input[0]?.image.split(',') ?? []
      expect(head).toBe('data:image/webp;base64')
      expect(Uint8Array.from(atob(data), (character) => character.charCodeAt(0)), `${size} bytes`).toEqual(before)
    }
  })

  test.each([ENDPOINT, `${ENDPOINT}/openai/deployments/${MODEL}`])('is unsupported on %s, and nothing is sent', async (other) => {
    const { connection, emulator, asked } = foundry({ endpoint: other })
    const error = await rejection(embedImages(connection, { model: MODEL, input: [{ image: PNG }] }))
    expect(error).toMatchObject({ code: 'unsupported', operation: 'images/embeddings', kinds: ['inference'] })
    expect([emulator.calls.length, asked.length]).toEqual([0, 0])
  })

  test.each([
    [undefined, 'input', 'undefined'],
    [[], 'input', '[]'],
    ['data', 'input', '"data"'],
    [[{ image: PNG }, { image: 'https://contoso.com/a.png' }], 'input[1].image', '"https://contoso.com/a.png"'],
    [[{ image: 'data:text/plain;base64,aaaa' }], 'input[0].image', '"data:text/plain;base64,aaaa"'],
    [[{ image: 'data:image/png;base64,' }], 'input[0].image', '"data:image/png;base64,"'],
    [[{ image: 'data:image/svg+xml,<svg/>' }], 'input[0].image', '"data:image/svg+xml,<svg/>"'],
    [[{ text: 'no image' }], 'input[0].image', 'undefined'],
    [[null], 'input[0].image', 'undefined'],
    [[{ image: new Blob(['words']) }], 'input[0].image', '"data:;base64,d29yZHM="'],
    [[{ image: new Blob([], { type: 'image/png' }) }], 'input[0].image', '"data:image/png;base64,"'],
  ])('refuses the input %o before anything is sent', async (input, where, found) => {
    const { connection, emulator } = foundry({ endpoint })
    const error = await rejection(embedImages(connection, { model: MODEL, input: input as [] }))
    expect(error).toMatchObject({ code: 'invalid-request' })
    expect(String(error)).toContain(`${where} must be`)
    expect(String(error).endsWith(`it is ${found}`)).toBe(true)
    expect(emulator.calls).toHaveLength(0)
  })

  test('puts no whole image into a message', async () => {
    const { connection } = foundry({ endpoint })
    const error = await rejection(embedImages(connection, { model: MODEL, input: [{ image: `data:application/pdf;base64,${'a'.repeat(10_000)}` }] }))
    expect(String(error).length).toBeLessThan(200)
  })

  test('passes on what the service refuses, and the reason of an abort', async () => {
    const { connection } = foundry({ endpoint, retries: 0 })
    expect(await rejection(embedImages(connection, { model: MODEL, input: [{ image: PNG }], dimensions: 7 }))).toMatchObject({ status: 422 })
    expect(await rejection(embedImages(connection, { model: `${MODEL}~cut`, input: [{ image: PNG }] }))).toMatchObject({ code: 'truncated' })
    const reason = new Error('mine')
    expect(await rejection(embedImages(connection, { model: MODEL, input: [{ image: PNG }] }, { signal: AbortSignal.abort(reason) }))).toBe(reason)
  })
})
