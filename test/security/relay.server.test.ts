/** A caller of a relay who means harm, though their token is good. */
import { describe, expect, test } from 'vitest'
import { ASK, errorOf, rig } from '../edge/rig.ts'

describe('a relay sends on what it has judged', () => {
  test('and nothing else, where a body says a thing twice', async () => {
    const bodies: unknown[] = []
    const { post, sent, emulator } = rig({ fetch: async (url, init) => (bodies.push(init?.body), emulator.fetch(url, init)) })
    const twice = '{"model":"nowhere","max_tokens":999999,"messages":[],"model":"chat","messages":[{"role":"user","content":"x"}],"max_tokens":5,"n":1}'
    expect((await post(twice)).status).toBe(200)
    // Read and written anew, a name stands there once, whatever a service makes of two.
    expect(sent.map(({ body }) => body)).toEqual([{ model: 'gpt-5-mini', messages: [{ role: 'user', content: 'x' }], max_completion_tokens: 5, n: 1 }])
    for (const name of ['model', 'messages', 'content']) expect(String(bodies[0]).split(`"${name}":`)).toHaveLength(2)
    expect((await post('{"model":"chat","messages":[{"role":"user","content":"x"}],"model":"nowhere"}')).status).toBe(404)
  })

  test.each(['../../evil', '..', '/', 'https://evil.example/', '//evil.example', 'chat?x=1', 'chat#', 'chat\r\nhost: evil.example', 'CHAT', ' chat', 'chat\0', '__proto__', 'toString'])('and to no place that a model named %j would lead to', async (model) => {
    const { post, sent } = rig({ upstreams: [{ endpoint: 'https://c.openai.azure.com/openai/deployments', credential: () => 'real-token' }] })
    expect((await post({ ...ASK, model })).status).toBe(404)
    expect(sent).toEqual([])
  })

  test('and nothing that names what was said aloud to somebody, unless the deployment allows it', async () => {
    const body = { ...ASK, messages: [{ role: 'assistant', audio: { id: 'audio_of_somebody' } }, { role: 'user', content: 'Say that again' }] }
    const { post, sent } = rig()
    const response = await post(body)
    expect([response.status, (await errorOf(response)).param, sent.length]).toEqual([400, 'audio_id', 0])
    const open = rig({ deployments: { chat: { deployment: 'gpt-5-mini', parameters: ['audio_id'] } } })
    await open.post(body)
    expect(open.sent).toHaveLength(1)
  })

  test.each(['host', 'x-forwarded-host', 'x-forwarded-for', 'x-original-url', 'x-http-method-override', 'api-key', 'ocp-apim-subscription-key', 'cookie', 'x-ms-useragent', 'content-encoding-x', 'transfer-encoding-x', 'x-stainless-lang', 'accept-language', 'referer', 'te'])('and no %s of theirs', async (name) => {
    const { post, sent } = rig()
    expect((await post(ASK, { headers: { [name]: 'smuggled' } })).status).toBe(200)
    expect(JSON.stringify([...(sent[0]?.headers ?? [])])).not.toContain('smuggled')
    expect(sent[0]?.url).not.toContain('smuggled')
  })
})
