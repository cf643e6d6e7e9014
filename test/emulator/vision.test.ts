import { describe, expect, test } from 'vitest'
import { createEmulator, DEPLOYMENTS } from '../../src/emulator/index.ts'
import { ask, chunks, post, textOf } from './asking.ts'
import type { ResponseObject } from './asking.ts'

const PNG = `data:image/png;base64,${'iVBORw0K'.repeat(2000)}`
const chat = (...urls: readonly string[]) => [{ role: 'user', content: [{ type: 'text', text: 'Look' }, ...urls.map((url) => ({ type: 'image_url', image_url: { url } }))] }]
const items = (url: string) => [{ role: 'user', content: [{ type: 'input_text', text: 'Look' }, { type: 'input_image', image_url: url }] }]

describe('images', () => {
  for (const model of Object.keys(DEPLOYMENTS)) {
    test(`are seen by ${model}, with kind and size, or host`, async () => {
      const said = async (...urls: readonly string[]) => textOf(await chunks(await ask(createEmulator(), { model, stream: true, messages: chat(...urls) })))
      expect(await said(PNG)).toContain('You said: "Look". I see 1 image (image/png, 12 kB).')
      expect(await said('https://example.com/cat?x=1', 'data:image/jpeg;base64,aaaa')).toContain(' I see 2 images (example.com; image/jpeg, 1 kB).')
      expect(await said()).not.toContain('I see')
    })
  }

  test('are told to a reply function, those of the last user message alone', async () => {
    const emulator = createEmulator({ deployments: { eye: { model: 'm', dialect: 'azure-openai', reply: ({ images }) => images.join(' ') } } })
    expect(textOf(await chunks(await ask(emulator, { model: 'eye', stream: true, messages: [...chat(PNG), ...chat('http://a.example/b')] })))).toBe('http://a.example/b')
  })

  test('are seen on responses', async () => {
    const body = (await (await post(createEmulator(), '/openai/v1/responses', { model: 'gpt-4o-mini', input: items(PNG) })).json()) as ResponseObject
    expect(body.output[0]?.content?.[0]?.text).toContain('I see 1 image (image/png, 12 kB).')
  })

  for (const url of ['data:image/svg+xml;base64,aaaa', 'data:application/pdf;base64,aaaa', 'data:image/png,aaaa', 'data:image/png;base64,', 'data:image/png;base64,a b', 'cat.png', 'ftp://example.com/cat']) {
    test(`are refused by OpenAI's models at ${url}, and by no other`, async () => {
      const error = { message: "You uploaded an unsupported image. Please make sure your image has of one the following formats: ['png', 'jpeg', 'gif', 'webp'].", type: 'invalid_request_error', param: null, code: 'invalid_image_format' }
      const response = await ask(createEmulator(), { model: 'gpt-4o-mini', messages: chat(PNG, url) })
      expect(response.status).toBe(400)
      expect(await response.json()).toEqual({ error })
      expect(await (await post(createEmulator(), '/openai/v1/responses', { model: 'gpt-5-mini', input: items(url) })).json()).toEqual({ error })
      expect((await ask(createEmulator(), { model: 'grok-4-1-fast', messages: chat(url) })).status).toBe(200)
    })
  }
})
