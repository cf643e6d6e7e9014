import * as fc from 'fast-check'
import { describe, expect } from 'vitest'
import { endpointFor } from '../../src/endpoints/detect.ts'
import { operationUrl } from '../../src/endpoints/endpoint.ts'
import type { Endpoint } from '../../src/endpoints/endpoint.ts'
import type { Operation } from '../../src/endpoints/kinds.ts'
import { proveError } from './codes.ts'
import { holds } from './runs.ts'

const host = fc.oneof(
  fc.constantFrom('c.openai.azure.com', 'c.services.ai.azure.com', 'c.cognitiveservices.azure.us', 'gw.azure-api.net', 'm.eastus2.models.ai.azure.com', 'relay.example', 'localhost', '127.0.0.1', '[::1]', 'bücher.example', '%E4%BE%8B.example', 'openai.azure.com.evil.example', 'evil.example\\@c.openai.azure.com', 'c。openai。azure。com', 'C.OPENAI.AZURE.COM', 'c.openai.azure.com.'),
  fc.domain(),
  fc.ipV4Extended(),
  fc.ipV6().map((ip) => `[${ip}]`),
  fc.string({ unit: 'binary', maxLength: 6 }),
)
const piece = fc.oneof(fc.constantFrom('openai', 'v1', 'deployments', 'models', 'chat', 'completions', 'api', 'projects', 'p', '..', '.', '%2e%2e', '%2F', '%', '\\', '', ' ', '\t', '@', ':', '//evil.example', 'anthropic', 'gpt-5-mini', 'é', '\u202e'), fc.webSegment(), fc.string({ unit: 'binary', maxLength: 4 }))
const query = fc.oneof(fc.constantFrom('', '?api-version=preview', '?api-version=2024-10-21', '?api-version=a%26b%23', '?a=1', '?api-key=hunter2', '?code=hunter2', '?subscription-key=hunter2'), fc.webQueryParameters().map((text) => `?${text}`))
/** What a user pastes, or somebody who means harm has sent them. */
const pasted = fc
  .tuple(fc.constantFrom('https://', 'https://', 'https://', 'http://', 'https:\\\\', 'https:', '//', '', 'javascript:', 'file://', 'wss://', ' https://'), fc.constantFrom('', '', '', '', 'user@', 'user:hunter2@', '@'), host, fc.constantFrom('', '', '', ':443', ':8443', ':0', ':99999', ':'), fc.array(piece, { maxLength: 6 }), query, fc.constantFrom('', '', '#fragment', '#', '#https://evil.example'))
  .map(([scheme, user, name, port, path, search, fragment]) => scheme + user + name + port + (path.length > 0 ? `/${path.join('/')}` : '') + search + fragment)
const kind = fc.option(fc.constantFrom('v1', 'deployments', 'inference', 'relay'), { nil: undefined, freq: 2 })
const OPERATIONS: readonly Operation[] = ['chat/completions', 'responses', 'embeddings', 'images/embeddings', 'info', 'models', 'batches', 'realtime']

/** The endpoint, or the error that says why there is none. */
function attempt<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch (error) {
    expect(['invalid-request', 'unsupported']).toContain(proveError(error).code)
    return undefined
  }
}

const detect = (input: string, options: Parameters<typeof endpointFor>[1] = {}): Endpoint | undefined => attempt(() => endpointFor(input, options))

describe('endpointFor()', () => {
  holds(
    'endpointFor() finds an endpoint of the very origin that was pasted, or says what it refuses',
    fc.property(pasted, kind, (input, explicit) => {
      const endpoint = detect(input, explicit ? { kind: explicit } : {})
      if (!endpoint) return
      const { origin, protocol, hostname, username, password } = new URL(input)
      expect(endpoint.origin).toBe(origin)
      expect(new URL(endpoint.base).origin).toBe(origin)
      expect(endpoint.base).toMatch(/^https?:\/\/[^/?#@\\]+(\/[^?#]*)?[^/?#]$/)
      expect(protocol === 'https:' || /^(localhost|127\.|\[::1\]$|.*\.localhost$)/.test(hostname)).toBe(true)
      expect(username + password).toBe('')
      expect(endpoint.query).toMatch(/^(\?api-version=[^&#?]*)?$/)
      for (const scope of endpoint.scopes) expect(scope).toMatch(/^https:\/\/(ai|ml|cognitiveservices)\.azure\.(com|us|cn)\/\.default$/)
    }),
  )

  holds(
    'endpointFor() names what it refuses, but no secret that a URL holds',
    fc.property(pasted, (input) => {
      try {
        endpointFor(input)
      } catch (error) {
        const { message } = proveError(error)
        if (!URL.canParse(input)) {
          // What may be a user's name and password is left out, too.
          const [shown = ''] = input.split(/[?#]/)
          if (!shown.includes('@')) expect(message).toContain(JSON.stringify(shown).slice(0, -1))
          for (const secret of /\/\/([^/?#]{7,})@/.exec(input)?.slice(1) ?? []) expect(message).not.toContain(JSON.stringify(secret).slice(1, -1))
          return
        }
        const { username, password, searchParams, pathname, protocol } = new URL(input)
        // What cannot be decoded is named as it came.
        if (/%(?![\da-f]{2})/i.test(pathname) || protocol !== 'https:') return
        for (const secret of [username, password, ...searchParams.values()]) if (secret.length > 6) expect(message).not.toContain(secret)
      }
    }),
  )

  holds(
    'endpointFor() takes its own answer for what it was',
    fc.property(pasted, kind, (input, explicit) => {
      const found = detect(input, explicit ? { kind: explicit } : {})
      if (!found) return
      const again = endpointFor(found.base + found.query, { kind: found.kind })
      expect(again).toEqual({ ...found, deployment: undefined })
    }),
  )
})

describe('operationUrl()', () => {
  holds(
    'operationUrl() stays below the base of its endpoint, whatever the model is called',
    fc.property(pasted, kind, fc.oneof(piece, fc.string({ unit: 'binary' })), fc.constantFrom(...OPERATIONS), (input, explicit, model, operation) => {
      const endpoint = detect(input, explicit ? { kind: explicit } : {})
      const url = endpoint && attempt(() => operationUrl(endpoint, operation, model))
      if (!url) return
      const { origin, pathname, search, hash } = new URL(url)
      const base = new URL(endpoint.base.replace(/\/deployments$/, '')).pathname
      expect(origin).toBe(endpoint.origin)
      expect(pathname.startsWith(base)).toBe(true)
      expect(pathname.endsWith(`/${operation}`)).toBe(true)
      expect(search.startsWith('?api-version=') || search === '').toBe(true)
      expect(hash).toBe('')
      if (endpoint.kind === 'deployments' && operation === 'chat/completions') expect(pathname).toBe(`${new URL(endpoint.base).pathname}/${encodeURIComponent(model)}/${operation}`)
    }),
  )
})
