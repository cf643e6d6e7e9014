/**
 * What is called, and what must hold, behind the examples of docstrings: by entry and symbol. Those that are not here are run as they are.
 * @module
 */

export interface ExampleRun {
  /** Declares what the example names and nobody else does. */
  readonly given?: string
  /** A function's body that runs a whole module's exports, or stands behind a fragment and sees what it has declared. */
  readonly run?: string
  /** The code that it must fail with. */
  readonly throws?: string
  /** Why it is not run. */
  readonly notRun?: string
}

const ANSWERS = "expect((await chat(foundry, { model: 'gpt-5-mini', messages: [{ role: 'user', content: 'Hello' }] })).text).toMatch(/Hello/)"
const ASKED = "const asked = { scopes: ['https://ai.azure.com/.default'], forceRefresh: false, signal: new AbortController().signal }"
const RELAYED = `const { token } = await mintRelayToken({ keys, audience: 'https://relay.example' }, { subject: 'ada' })
const ask = (bearer: string) => relay(new Request('https://relay.example/openai/v1/chat/completions', { method: 'POST', headers: { origin: 'https://app.example', 'content-type': 'application/json', authorization: 'Bearer ' + bearer }, body: JSON.stringify({ model: 'chat', messages }) }))`
const GRANTED = "for (let at = 0; at < 60; at++) expect((await quota.reserve({ subject: 'ada', tokens: 100 })).granted).toBe(true)\nexpect(await quota.reserve({ subject: 'ada', tokens: 100 })).toMatchObject({ granted: false, limit: 'requests' })"

export const EXAMPLES: Readonly<Record<string, Readonly<Record<string, ExampleRun>>>> = {
  'keyless-chat': {
    connect: { run: ANSWERS },
    chat: { run: "expect(text).toMatch(/Hello/)\nexpect(usage?.completion_tokens).toBeGreaterThan(0)" },
    streamChat: { run: "expect(output.textContent).toMatch(/Hello/)\nexpect(usage?.completion_tokens).toBeGreaterThan(0)\nexpect(finishReason).toBe('stop')" },
    authorize: { run: "const { choices } = await openai.chat.completions.create({ model: 'gpt-5-mini', messages: [{ role: 'user', content: 'Hello' }] })\nexpect(choices[0]?.message.content).toMatch(/Hello/)" },
    tokenCache: { run: "expect((await fetchWithToken(`${url}/openai/v1/models`)).status).toBe(200)" },
  },
  'keyless-chat/core': { connect: { run: ANSWERS } },
  'keyless-chat/sse': {
    decode: { given: "const response = { body: new Blob(['data: one\\n\\ndata: two\\n\\n']).stream() }\nconst said: unknown[] = []\nconst console = { log: (data: string) => said.push(data) }", run: "expect(said).toEqual(['one', 'two'])" },
  },
  'keyless-chat/errors': {
    ChatError: { run: "expect(output.textContent).toBe('waited 20')" },
    isChatError: { given: "const error: unknown = await streamChat(foundry, { model: 'gpt-5-mini~cut', messages }).result.catch((thrown: unknown) => thrown)", run: 'expect(output.textContent).toMatch(/^kept \\w/)' },
  },
  'keyless-chat/diagnose': {
    diagnose: { given: 'const said: string[] = []\nconst console = { log: (status: string, name: string, ...rest: readonly unknown[]) => said.push(`${name}: ${status}`) }', run: "expect(said.length).toBeGreaterThan(3)\nexpect(said.filter((line) => line.endsWith('fail'))).toEqual([])" },
  },
  'keyless-chat/responses': {
    responses: { run: "expect(text).toMatch(/Hello/)\nexpect(message.role).toBe('assistant')" },
  },
  'keyless-chat/tools': {
    runTools: { run: "expect(output.textContent).toMatch(/\\w/)\nexpect(messages.map(({ role }) => role)).toContain('tool')" },
    tool: { run: "const { runTools } = await import('keyless-chat/tools')\nconst { messages } = await runTools(foundry, { model: 'gpt-5-mini', messages: [{ role: 'user', content: 'What is the weather in Paris?' }] }, { tools: [weather] }).result\nexpect(JSON.stringify(messages)).toContain('sunny')" },
  },
  'keyless-chat/structured': {
    chatAs: { run: "expect(output.textContent).toMatch(/\\w/)" },
    streamAs: { run: "expect(typeof value.city).toBe('string')\nexpect(usage?.completion_tokens).toBeGreaterThan(0)" },
  },
  'keyless-chat/embeddings': {
    embed: { run: 'expect(embeddings.length).toBe(2)\nexpect(usage).toBeDefined()' },
    embedImages: { run: 'expect(embeddings.length).toBe(1)' },
    listModels: { run: 'expect(choice.options.length).toBeGreaterThan(3)' },
    modelInfo: { run: "expect(model_name).toMatch(/embed/)\nexpect(model_provider_name).toMatch(/\\w/)" },
  },
  'keyless-chat/content': {
    imagePart: { run: "expect(content.map(({ type }) => type)).toEqual(['text', 'image_url'])" },
    textPart: { run: 'expect(text).toMatch(/\\w/)' },
    audioPart: { run: "expect(part.input_audio.format).toBe('wav')" },
    filePart: { run: "expect(part.file.filename).toBe('harbour.png')" },
  },
  'keyless-chat/conversation': {
    conversation: { run: "const saved = conversation(JSON.parse(localStorage.getItem('talk') ?? ''))\nexpect(saved.messages).toEqual(talk.messages)\nlocalStorage.removeItem('talk')" },
  },
  'keyless-chat/msal': {
    msalTokens: { run: "await expect(chat(foundry, { model: 'gpt-5-mini', messages })).rejects.toMatchObject({ code: 'interaction-required' })" },
    signIn: { run: "expect(await button.onclick(new PointerEvent('click'))).toMatchObject({ username: 'ada@contoso.com' })" },
    resolveInteraction: { given: "const error: unknown = new ChatError('interaction-required', 'Cannot get a token without the user', {})", run: "await button.onclick(new PointerEvent('click'))\nexpect(output.textContent).toBe('asked And now?')" },
  },
  'keyless-chat/broker': {
    brokerTokens: { run: ANSWERS },
  },
  'keyless-chat/edge': {
    createBroker: { run: `const asked = (cookie: string) => broker(new Request('https://app.example/api/token', { method: 'POST', headers: { origin: 'https://app.example', 'content-type': 'application/json', cookie }, body: '{}' }))
expect((await asked('user=ada')).status).toBe(200)
expect((await asked('')).status).toBe(401)` },
    apiKey: { run: "expect(await credential.get()).toBe('a-key')" },
    clientCredentials: { run: `${ASKED}\nexpect(await credential(asked)).toMatchObject({ token: expect.stringMatching(/\\w/) })` },
    onBehalfOf: { run: "expect((await relay(new Request('https://relay.example/openai/v1/models', { headers: { origin: 'https://app.example' } }))).status).toBe(401)" },
    entraTokens: { run: "await expect(Promise.resolve().then(() => authorize(new Request('https://relay.example/', { headers: { authorization: 'Bearer none' } })))).rejects.toMatchObject({ status: 401 })" },
    Refusal: { run: "const asked = (id: string) => Promise.resolve(authorize(new Request('https://relay.example/', { headers: id ? { 'x-user': id } : {} })))\nexpect(await asked('ada')).toEqual({ subject: 'ada' })\nexpect(await asked('')).toBeUndefined()\nawait expect(asked('bob')).rejects.toMatchObject({ status: 403, code: 'no_plan' })" },
    createRelay: { run: `const { mintRelayToken } = await import('keyless-chat/edge')
const { usualNames } = await import('../../../test/docs/usual.ts')
const { env, keys, messages } = usualNames({ foundry, emulator, output, app, expect })
const relay = (request: Request) => exports.default.fetch(request, env, { waitUntil: () => {} })
${RELAYED}
expect((await ask(token)).status).toBe(200)
expect((await ask('none')).status).toBe(401)` },
    relayTokens: { run: `${RELAYED}\nexpect((await ask(token)).status).toBe(200)\nexpect((await ask('none')).status).toBe(401)` },
    mintRelayToken: { run: "expect(expiresOn.getTime()).toBeGreaterThan(Date.now())\nconst asked = new Request('https://relay.example/', { headers: { authorization: `Bearer ${token}` } })\nexpect(await relayTokens({ keys, audience: 'https://relay.example' })(asked)).toMatchObject({ subject: 'ada', budget: { tokens: 20_000 } })" },
  },
  'keyless-chat/quota': {
    denoKvQuota: { notRun: "Deno KV is Deno's own" },
    durableObjectQuota: { run: GRANTED },
    QuotaObject: { run: "const { memoryStorage } = await import('../../../test/docs/usual.ts')\nconst object = new exports.QuotaObject({ storage: memoryStorage() })\nexpect(typeof object.fetch).toBe('function')" },
    memoryQuota: { run: GRANTED },
    rateLimiterQuota: { run: "for (const one of quota) expect((await one.reserve({ subject: 'ada', tokens: 100 })).granted).toBe(true)" },
  },
  'keyless-chat/emulator': {
    createEmulator: { run: "const { chat } = await import('keyless-chat')\nexpect((await chat(foundry, { model: 'gpt-5-mini', messages: [{ role: 'user', content: 'Hello' }] })).text).toMatch(/Hello/)\nexpect((await exports.default.fetch('https://emulated.services.ai.azure.com/openai/v1/models')).status).toBe(401)" },
    DEPLOYMENTS: { run: "const own = connect({ endpoint, token: () => emulator.token(), fetch: emulator.fetch })\nexpect((await chat(own, { model: 'my-model', messages })).text).toBe('Hello!')" },
    EMBEDDING_DEPLOYMENTS: { run: "const own = connect({ endpoint, token: () => emulator.token(), fetch: emulator.fetch })\nexpect((await embed(own, { model: 'text-embedding-3-small', input: ['Hello'] })).embeddings.length).toBe(1)" },
    RESPONSES_DEPLOYMENTS: { run: "const own = responses(connect({ endpoint, token: () => emulator.token(), fetch: emulator.fetch }))\nexpect((await chat(own, { model: 'gpt-5-codex', messages })).text).toMatch(/\\w/)" },
    FAULTS: { run: "expect([...choice.options].map(({ value }) => value)).toContain('gpt-5-mini~cut')" },
  },
}
