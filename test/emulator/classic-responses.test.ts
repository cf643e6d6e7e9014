import { describe, expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import type { Emulator } from '../../src/emulator/index.ts'
import { HOST, lastCall, post, responseEvents } from './asking.ts'
import type { ResponseObject } from './asking.ts'

const PATH = '/openai/responses'
const BODY = { model: 'gpt-5-codex', input: 'Hello' }
const send = async (emulator: Emulator, method: string, path: string) => emulator.fetch(HOST + path, { method, headers: { authorization: `Bearer ${(await emulator.token()).token}` } })

describe('responses on the classic route', () => {
  for (const version of ['2025-03-01-preview', '2025-04-01-preview']) {
    test(`are those of v1 at ${version}, streamed, whole and stored`, async () => {
      const [classic, v1] = [createEmulator({ now: () => 0 }), createEmulator({ now: () => 0, audiences: ['https://cognitiveservices.azure.com'] })]
      const query = `?api-version=${version}`
      const body = (await (await post(classic, PATH + query, BODY)).json()) as ResponseObject
      expect(body).toEqual(await (await post(v1, '/openai/v1/responses', BODY)).json())
      expect(lastCall(classic)).toMatchObject({ operation: 'responses', deployment: 'gpt-5-codex', status: 200 })
      expect((await responseEvents(await post(classic, PATH + query, { ...BODY, stream: true }))).at(-1)?.type).toBe('response.completed')
      expect(await (await send(classic, 'GET', `${PATH}/${body.id}${query}`)).json()).toEqual(body)
      expect(await (await send(classic, 'DELETE', `${PATH}/${body.id}${query}`)).json()).toMatchObject({ deleted: true })
      expect((await send(classic, 'GET', `${PATH}/${body.id}${query}`)).status).toBe(404)
    })
  }

  for (const version of ['2024-10-21', '2024-12-01-preview', '2025-03-01', 'preview', 'v1']) {
    test(`are refused at ${version}`, async () => {
      const response = await post(createEmulator(), `${PATH}?api-version=${version}`, BODY)
      expect(response.status).toBe(400)
      expect(await response.json()).toEqual({ error: { code: 'BadRequest', message: 'API version not supported' } })
    })
  }

  for (const path of [PATH, '/openai/chat/completions?api-version=2025-04-01-preview', '/openai/deployments/gpt-5-mini/responses?api-version=2025-04-01-preview', `${PATH}/a/b?api-version=2025-04-01-preview`]) {
    test(`are not found at ${path}`, async () => {
      expect((await post(createEmulator(), path, BODY)).status).toBe(404)
    })
  }
})
