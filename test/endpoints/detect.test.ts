import { describe, expect, test } from 'vitest'
import { endpointFor, operationUrl } from '../../src/core.ts'
import type { EndpointOptions } from '../../src/core.ts'
import { isChatError } from '../../src/errors.ts'

const AI = 'https://ai.azure.com/.default'
const COGNITIVE = 'https://cognitiveservices.azure.com/.default'
const ML = 'https://ml.azure.com/.default'

// What is pasted, what kind it is, which URL is called for the deployment `gpt`, which scope is asked for.
const TABLE: readonly (readonly [pasted: string, kind: string, called: string, scope: string | undefined])[] = [
  // Foundry resources.
  ['https://c.services.ai.azure.com', 'v1', 'https://c.services.ai.azure.com/openai/v1/chat/completions', AI],
  ['https://c.services.ai.azure.com/', 'v1', 'https://c.services.ai.azure.com/openai/v1/chat/completions', AI],
  ['  https://C.Services.AI.azure.com/  ', 'v1', 'https://c.services.ai.azure.com/openai/v1/chat/completions', AI],
  ['https://c.services.ai.azure.com/openai', 'v1', 'https://c.services.ai.azure.com/openai/v1/chat/completions', AI],
  ['https://c.services.ai.azure.com/openai/v1', 'v1', 'https://c.services.ai.azure.com/openai/v1/chat/completions', AI],
  ['https://c.services.ai.azure.com/openai/v1/', 'v1', 'https://c.services.ai.azure.com/openai/v1/chat/completions', AI],
  ['https://c.services.ai.azure.com/openai/v1/chat/completions', 'v1', 'https://c.services.ai.azure.com/openai/v1/chat/completions', AI],
  ['https://c.services.ai.azure.com/openai/v1/responses', 'v1', 'https://c.services.ai.azure.com/openai/v1/chat/completions', AI],
  ['https://c.services.ai.azure.com/openai/v1/models', 'v1', 'https://c.services.ai.azure.com/openai/v1/chat/completions', AI],
  ['https://c.services.ai.azure.com/openai/v1/chat/completions?api-version=preview', 'v1', 'https://c.services.ai.azure.com/openai/v1/chat/completions?api-version=preview', AI],
  ['https://c.services.ai.azure.com/openai/v1?api-version=2024-10-21', 'v1', 'https://c.services.ai.azure.com/openai/v1/chat/completions', AI],
  ['https://c.services.ai.azure.com/models', 'inference', 'https://c.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview', COGNITIVE],
  ['https://c.services.ai.azure.com/models/', 'inference', 'https://c.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview', COGNITIVE],
  ['https://c.services.ai.azure.com/models/chat/completions?api-version=2024-12-01-preview', 'inference', 'https://c.services.ai.azure.com/models/chat/completions?api-version=2024-12-01-preview', COGNITIVE],
  ['https://c.services.ai.azure.com/openai/deployments/d', 'deployments', 'https://c.services.ai.azure.com/openai/deployments/gpt/chat/completions?api-version=2024-10-21', COGNITIVE],
  // Projects.
  ['https://c.services.ai.azure.com/api/projects/p', 'v1', 'https://c.services.ai.azure.com/api/projects/p/openai/v1/chat/completions', AI],
  ['https://c.services.ai.azure.com/api/projects/p/', 'v1', 'https://c.services.ai.azure.com/api/projects/p/openai/v1/chat/completions', AI],
  ['https://c.services.ai.azure.com/api/projects/p/openai', 'v1', 'https://c.services.ai.azure.com/api/projects/p/openai/v1/chat/completions', AI],
  ['https://c.services.ai.azure.com/api/projects/p/openai/v1', 'v1', 'https://c.services.ai.azure.com/api/projects/p/openai/v1/chat/completions', AI],
  ['https://c.services.ai.azure.com/api/projects/p/openai/v1/responses', 'v1', 'https://c.services.ai.azure.com/api/projects/p/openai/v1/chat/completions', AI],
  // Azure OpenAI resources.
  ['https://c.openai.azure.com', 'v1', 'https://c.openai.azure.com/openai/v1/chat/completions', COGNITIVE],
  ['https://c.openai.azure.com/openai/v1/', 'v1', 'https://c.openai.azure.com/openai/v1/chat/completions', COGNITIVE],
  ['https://c.openai.azure.com//openai/v1', 'v1', 'https://c.openai.azure.com/openai/v1/chat/completions', COGNITIVE],
  ['https://c.openai.azure.com/openai/deployments', 'deployments', 'https://c.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=2024-10-21', COGNITIVE],
  ['https://c.openai.azure.com/openai/deployments/d', 'deployments', 'https://c.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=2024-10-21', COGNITIVE],
  ['https://c.openai.azure.com/openai/deployments/d/chat/completions?api-version=2025-04-01-preview', 'deployments', 'https://c.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=2025-04-01-preview', COGNITIVE],
  ['https://c.openai.azure.com//openai/deployments/d/chat/completions?api-version=2024-10-21', 'deployments', 'https://c.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=2024-10-21', COGNITIVE],
  ['https://c.openai.azure.com/openai/deployments/d/embeddings?api-version=2024-10-21', 'deployments', 'https://c.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=2024-10-21', COGNITIVE],
  ['https://c.cognitiveservices.azure.com', 'v1', 'https://c.cognitiveservices.azure.com/openai/v1/chat/completions', COGNITIVE],
  ['https://c.cognitiveservices.azure.com/openai/responses?api-version=2025-04-01-preview', 'v1', 'https://c.cognitiveservices.azure.com/openai/v1/chat/completions', COGNITIVE],
  ['https://c.cognitiveservices.azure.com/openai/deployments/d/chat/completions?api-version=2025-01-01-preview', 'deployments', 'https://c.cognitiveservices.azure.com/openai/deployments/gpt/chat/completions?api-version=2025-01-01-preview', COGNITIVE],
  // Serverless deployments.
  ['https://d.eastus2.models.ai.azure.com', 'inference', 'https://d.eastus2.models.ai.azure.com/chat/completions?api-version=2024-05-01-preview', ML],
  ['https://d.eastus2.models.ai.azure.com/chat/completions', 'inference', 'https://d.eastus2.models.ai.azure.com/chat/completions?api-version=2024-05-01-preview', ML],
  ['https://d.eastus2.models.ai.azure.com/v1', 'v1', 'https://d.eastus2.models.ai.azure.com/v1/chat/completions', ML],
  ['https://d.eastus2.models.ai.azure.com/v1/chat/completions', 'v1', 'https://d.eastus2.models.ai.azure.com/v1/chat/completions', ML],
  ['https://d.eastus2.inference.ai.azure.com', 'inference', 'https://d.eastus2.inference.ai.azure.com/chat/completions?api-version=2024-05-01-preview', ML],
  // The clouds of the US Government and of China.
  ['https://c.openai.azure.us', 'v1', 'https://c.openai.azure.us/openai/v1/chat/completions', 'https://cognitiveservices.azure.us/.default'],
  ['https://c.services.ai.azure.us', 'v1', 'https://c.services.ai.azure.us/openai/v1/chat/completions', 'https://ai.azure.us/.default'],
  ['https://c.services.ai.azure.us/models', 'inference', 'https://c.services.ai.azure.us/models/chat/completions?api-version=2024-05-01-preview', 'https://cognitiveservices.azure.us/.default'],
  ['https://c.cognitiveservices.azure.us/openai/deployments/d', 'deployments', 'https://c.cognitiveservices.azure.us/openai/deployments/gpt/chat/completions?api-version=2024-10-21', 'https://cognitiveservices.azure.us/.default'],
  ['https://c.openai.azure.cn', 'v1', 'https://c.openai.azure.cn/openai/v1/chat/completions', 'https://cognitiveservices.azure.cn/.default'],
  ['https://c.services.ai.azure.cn', 'v1', 'https://c.services.ai.azure.cn/openai/v1/chat/completions', 'https://ai.azure.cn/.default'],
  ['https://d.region.models.ai.azure.us', 'inference', 'https://d.region.models.ai.azure.us/chat/completions?api-version=2024-05-01-preview', 'https://ml.azure.us/.default'],
  // API Management, with and without a prefix of its own.
  ['https://c.azure-api.net', 'v1', 'https://c.azure-api.net/openai/v1/chat/completions', COGNITIVE],
  ['https://c.azure-api.net/team-a', 'v1', 'https://c.azure-api.net/team-a/openai/v1/chat/completions', COGNITIVE],
  ['https://c.azure-api.net/team-a/openai/v1', 'v1', 'https://c.azure-api.net/team-a/openai/v1/chat/completions', COGNITIVE],
  ['https://c.azure-api.net/team-a/openai/deployments/d/chat/completions?api-version=2024-10-21', 'deployments', 'https://c.azure-api.net/team-a/openai/deployments/gpt/chat/completions?api-version=2024-10-21', COGNITIVE],
  ['https://c.azure-api.net/openai-proxy/openai/v1', 'v1', 'https://c.azure-api.net/openai-proxy/openai/v1/chat/completions', COGNITIVE],
  // Custom hosts.
  ['https://ai.example.com/openai/v1', 'v1', 'https://ai.example.com/openai/v1/chat/completions', COGNITIVE],
  ['https://ai.example.com/v1', 'v1', 'https://ai.example.com/v1/chat/completions', COGNITIVE],
  ['https://ai.example.com/openai/deployments/d?api-version=2024-06-01', 'deployments', 'https://ai.example.com/openai/deployments/gpt/chat/completions?api-version=2024-06-01', COGNITIVE],
  ['https://ai.example.com/gateway/models', 'inference', 'https://ai.example.com/gateway/models/chat/completions?api-version=2024-05-01-preview', COGNITIVE],
  ['https://relay.example.com', 'relay', 'https://relay.example.com/openai/v1/chat/completions', undefined],
  ['https://relay.example.com/api/chat/', 'relay', 'https://relay.example.com/api/chat/openai/v1/chat/completions', undefined],
  ['https://evil-openai.azure.com.example.com', 'relay', 'https://evil-openai.azure.com.example.com/openai/v1/chat/completions', undefined],
  // Loopback.
  ['http://localhost:8080', 'v1', 'http://localhost:8080/openai/v1/chat/completions', COGNITIVE],
  ['http://127.0.0.1:5174/models', 'inference', 'http://127.0.0.1:5174/models/chat/completions?api-version=2024-05-01-preview', COGNITIVE],
  ['http://[::1]:80/openai', 'v1', 'http://[::1]/openai/v1/chat/completions', COGNITIVE],
  ['http://app.localhost/', 'v1', 'http://app.localhost/openai/v1/chat/completions', COGNITIVE],
]

function caught(run: () => unknown): { code?: string; message?: string } {
  try {
    run()
  } catch (error) {
    if (isChatError(error)) return error
    throw error
  }
  return {}
}

describe('endpointFor()', () => {
  test.each(TABLE)('%s is %s', (pasted, kind, called, scope) => {
    const endpoint = endpointFor(pasted)
    expect(endpoint.kind).toBe(kind)
    expect(operationUrl(endpoint, 'chat/completions', 'gpt')).toBe(called)
    expect(endpoint.scopes[0]).toBe(scope)
    expect(endpoint.origin).toBe(new URL(called).origin)
  })

  test('finds what it made itself', () => {
    for (const [pasted, kind, called] of TABLE) {
      if (kind !== 'relay') expect(operationUrl(endpointFor(called, { kind: endpointFor(pasted).kind }), 'chat/completions', 'gpt'), called).toBe(called)
    }
  })

  test('keeps the deployment that was pasted, decoded, and lets a model win over it', () => {
    const endpoint = endpointFor('https://c.openai.azure.com/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21')
    expect(endpoint.deployment).toBe('my gpt')
    expect(operationUrl(endpoint, 'chat/completions')).toBe('https://c.openai.azure.com/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21')
    expect(operationUrl(endpoint, 'chat/completions', 'a/b')).toContain('/deployments/a%2Fb/')
  })

  test.each([
    ['https://c.openai.azure.com/openai/v1', { kind: 'deployments' }, 'https://c.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=2024-10-21'],
    ['https://gateway.example.com', { kind: 'v1' }, 'https://gateway.example.com/openai/v1/chat/completions'],
    ['https://c.services.ai.azure.com', { kind: 'inference' }, 'https://c.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview'],
    ['http://localhost:1/x', { kind: 'relay' }, 'http://localhost:1/x/openai/v1/chat/completions'],
  ] as const satisfies readonly (readonly [string, EndpointOptions, string])[])('lets an explicit kind win: %s %o', (pasted, options, called) => {
    expect(operationUrl(endpointFor(pasted, options), 'chat/completions', 'gpt')).toBe(called)
  })

  test('lets an explicit scope win', () => {
    expect(endpointFor('https://c.openai.azure.com', { scope: 'api://x/.default' }).scopes).toEqual(['api://x/.default'])
    expect(endpointFor('https://c.openai.azure.com', { scope: ['a', 'b'] }).scopes).toEqual(['a', 'b'])
  })

  test.each([
    ['', 'not a valid absolute URL: ""'],
    ['contoso', '"contoso"'],
    ['contoso.openai.azure.com', '"contoso.openai.azure.com"'],
    ['http://contoso.openai.azure.com', 'must be https, or http on loopback: http://contoso.openai.azure.com'],
    ['http://127.0.0.1.example.com', 'must be https'],
    ['http://localhost.example.com', 'must be https'],
    ['ftp://localhost', 'must be https'],
    ['javascript:alert(1)', 'must be https'],
    ['https://c.openai.azure.com/openai/deployments/%zz', 'not a valid absolute URL'],
  ])('refuses %j, naming the value', (pasted, message) => {
    expect(caught(() => endpointFor(pasted))).toMatchObject({ code: 'invalid-request', message: expect.stringContaining(message) })
  })

  test.each(['https://user:hunter2@c.openai.azure.com', 'https://c.openai.azure.com?api-key=hunter2', 'https://c.azurewebsites.net/api?code=hunter2', 'https://c.azure-api.net?subscription-key=hunter2'])(
    'refuses a URL with a secret and does not repeat it: %s',
    (pasted) => {
      const error = caught(() => endpointFor(pasted))
      expect(error).toMatchObject({ code: 'invalid-request', message: expect.stringContaining('secret') })
      expect(error.message).not.toContain('hunter2')
    },
  )

  test('refuses an unknown kind, naming it', () => {
    expect(caught(() => endpointFor('https://c.openai.azure.com', { kind: 'assistants' as never }))).toMatchObject({ message: expect.stringContaining('"assistants"') })
  })

  test('says that Claude speaks another protocol', () => {
    expect(caught(() => endpointFor('https://c.services.ai.azure.com/anthropic/v1/messages')).code).toBe('unsupported')
  })
})

describe('operationUrl()', () => {
  test.each([
    ['https://c.services.ai.azure.com/models', 'batches'],
    ['https://c.services.ai.azure.com/models', 'realtime'],
    ['https://c.services.ai.azure.com/models', 'responses'],
    ['https://c.openai.azure.com/openai/deployments/d', 'responses'],
    ['https://c.openai.azure.com', 'images/embeddings'],
    ['https://relay.example.com', 'realtime'],
  ] as const)('says that %s does not serve %s', (pasted, operation) => {
    expect(caught(() => operationUrl(endpointFor(pasted), operation, 'gpt'))).toMatchObject({ code: 'unsupported', operation })
  })

  test.each([
    ['https://c.services.ai.azure.com/models', 'batches', ['v1']],
    ['https://c.services.ai.azure.com/models', 'responses', ['v1', 'relay']],
    ['https://c.openai.azure.com', 'images/embeddings', ['inference']],
  ] as const)('says of %s which kinds serve %s', (pasted, operation, kinds) => {
    const error = caught(() => operationUrl(endpointFor(pasted), operation, 'gpt'))
    expect(error).toMatchObject({ kinds })
    expect(error.message).toContain(`use an endpoint of kind ${kinds.join(' or ')}`)
  })

  test('puts responses beside the deployments of the classic route, where its version has them', () => {
    const classic = (version: string) => operationUrl(endpointFor(`https://c.openai.azure.com/openai/deployments/d${version}`), 'responses', 'gpt')
    expect(classic('?api-version=2025-03-01-preview')).toBe('https://c.openai.azure.com/openai/responses?api-version=2025-03-01-preview')
    expect(classic('?api-version=2025-04-01-preview')).toBe('https://c.openai.azure.com/openai/responses?api-version=2025-04-01-preview')
    for (const version of ['', '?api-version=2025-02-01-preview']) {
      expect(caught(() => classic(version))).toMatchObject({ code: 'unsupported', kind: 'deployments', kinds: ['v1', 'relay'], message: expect.stringContaining('is older than 2025-03-01-preview') as string })
    }
  })

  test.each([undefined, '', '.', '..'])('refuses %j as the name of a deployment', (model) => {
    for (const pasted of ['https://c.openai.azure.com', 'https://c.openai.azure.com/openai/deployments']) {
      expect(caught(() => operationUrl(endpointFor(pasted), 'chat/completions', model)).code).toBe('invalid-request')
    }
  })

  test('needs no model for what is asked of a resource', () => {
    expect(operationUrl(endpointFor('https://c.openai.azure.com'), 'models')).toBe('https://c.openai.azure.com/openai/v1/models')
  })

  test('needs no model where the host serves one alone', () => {
    expect(operationUrl(endpointFor('https://d.eastus2.models.ai.azure.com'), 'chat/completions')).toContain('/chat/completions')
  })
})
