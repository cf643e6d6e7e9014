import { describe, expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import { ask, chunks, HOST, INFERENCE, lastCall, textOf, V1 } from './asking.ts'

const NOT_FOUND = '{"error":{"code":"404","message": "Resource not found"}}'

describe('createEmulator() routes', () => {
  for (const path of [V1, `${V1}?api-version=preview`, '/api/projects/p-1/openai/v1/chat/completions', INFERENCE]) {
    test(`serve chat at ${path}, with the deployment in the body`, async () => {
      const emulator = createEmulator()
      const response = await ask(emulator, { model: 'gpt-4o-mini', stream: true }, { path })
      expect(response.status).toBe(200)
      expect(textOf(await chunks(response))).toContain('You said: "Hello there"')
      expect(lastCall(emulator)).toMatchObject({ method: 'POST', path: path.split('?')[0], operation: 'chat', deployment: 'gpt-4o-mini', status: 200, state: 'complete' })
    })
  }

  for (const slashes of ['/', '//']) {
    test(`serve chat at ${slashes}openai/deployments/…, with the deployment in the path`, async () => {
      const emulator = createEmulator({ deployments: { 'my gpt': { model: 'gpt-4o-mini-2024-07-18', dialect: 'azure-openai' } } })
      const response = await ask(emulator, {}, { path: `${slashes}openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21` })
      expect(response.status).toBe(200)
      expect(await response.json()).toMatchObject({ model: 'gpt-4o-mini-2024-07-18', object: 'chat.completion' })
      expect(lastCall(emulator).deployment).toBe('my gpt')
    })
  }

  for (const path of ['/chat/completions', `/prefix${V1}`, '/proxy/models/chat/completions?api-version=1', '/models/chat/completions', '/openai/deployments/gpt-4o-mini/chat/completions', `${V1}/`, '/openai/deployments/%ff/chat/completions?api-version=1']) {
    test(`answer the recorded 404 at ${path}`, async () => {
      const emulator = createEmulator()
      const response = await ask(emulator, { model: 'gpt-4o-mini' }, { path })
      expect(response.status).toBe(404)
      expect(await response.text()).toBe(NOT_FOUND)
      expect(response.headers.get('content-type')).toBe('application/json')
      expect(response.headers.has('x-ms-region')).toBe(false)
      expect(lastCall(emulator).operation).toBe('unknown')
    })
  }

  test('answer 404 to a wrong method and 400 to a dated version on v1', async () => {
    const emulator = createEmulator()
    const { token } = await emulator.token()
    expect((await emulator.fetch(HOST + V1, { headers: { authorization: `Bearer ${token}` } })).status).toBe(404)
    expect((await ask(emulator, { model: 'gpt-4o-mini' }, { path: `${V1}?api-version=2024-10-21` })).status).toBe(400)
  })

  test('list the deployments at GET /openai/v1/models', async () => {
    const emulator = createEmulator()
    const { token } = await emulator.token()
    const response = await emulator.fetch(`${HOST}/openai/v1/models`, { headers: { authorization: `Bearer ${token}` } })
    const list = (await response.json()) as { object: string; data: { id: string; object: string }[] }
    expect(list.object).toBe('list')
    expect(list.data.map(({ id }) => id)).toEqual(['gpt-5-mini', 'gpt-4o-mini', 'gpt-6-luna', 'grok-4-1-fast', 'deepseek-v4', 'mistral-small'])
    expect(lastCall(emulator)).toMatchObject({ operation: 'models', deployment: '', state: 'complete' })
  })
})

describe('createEmulator() deployments', () => {
  for (const model of ['gpt-none', 'GPT-4O-MINI', 'gpt-4o-mini~no-such-fault', 'toString']) {
    test(`answer DeploymentNotFound without a content type to ${model}`, async () => {
      const response = await ask(createEmulator(), { model })
      expect(response.status).toBe(404)
      expect(response.headers.get('content-type')).toBeNull()
      expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error', code: 'DeploymentNotFound' } })
    })
  }

  test('answer unknown_model and no_model_name on /models', async () => {
    const emulator = createEmulator()
    const unknown = await ask(emulator, { model: 'gpt-none' }, { path: INFERENCE })
    expect(unknown.status).toBe(400)
    expect(await unknown.json()).toEqual({ error: { code: 'unknown_model', message: 'Unknown model: gpt-none', details: 'Unknown model: gpt-none' } })
    const missing = await ask(emulator, {}, { path: INFERENCE })
    expect(missing.status).toBe(400)
    expect(await missing.json()).toMatchObject({ error: { code: 'no_model_name' } })
    expect((await ask(emulator, {})).status).toBe(400)
  })

  test('take extra keys on /models only where extra-parameters allows them', async () => {
    const emulator = createEmulator()
    const body = { model: 'gpt-4o-mini', n: 2 }
    const refused = await ask(emulator, body, { path: INFERENCE })
    expect(refused.status).toBe(400)
    expect(await refused.text()).toContain("Extra parameters ['n'] are not allowed")
    const choices = async (mode: string) => ((await (await ask(emulator, body, { path: INFERENCE, headers: { 'extra-parameters': mode } })).json()) as { choices: unknown[] }).choices.length
    expect(await choices('drop')).toBe(1)
    expect(await choices('pass-through')).toBe(2)
    const streamed = await ask(emulator, { model: 'grok-4-1-fast', stream: true, stream_options: { include_usage: true } }, { path: INFERENCE })
    expect(streamed.status).toBe(200)
  })

  test('refuse a body that is too large, no JSON or no object', async () => {
    const emulator = createEmulator()
    const { token } = await emulator.token()
    const post = async (body: BodyInit) => (await emulator.fetch(HOST + V1, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body })).status
    expect(await post('x'.repeat(1_048_577))).toBe(413)
    expect(await post('{"model":')).toBe(400)
    expect(await post('[]')).toBe(400)
    expect(lastCall(emulator)).toMatchObject({ status: 400, body: [], state: 'complete' })
  })
})
