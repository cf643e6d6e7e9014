// How time grows with input that somebody has made to take long: a ratio, as machines differ and are busy. In Node alone, as workerd's clock
// stands still while code runs.
import process from 'node:process'
import { describe, expect, test } from 'vitest'
import { endpointFor } from '../../src/endpoints/detect.ts'
import { failureFrom, isRoleMissing } from '../../src/schemas/failure.ts'
import { createDecoder } from '../../src/sse/index.ts'
import { claimsFrom } from '../../src/tokens/claims.ts'

/** 16 times the input takes about 16 times as long where time is linear, and 256 times where it is quadratic. */
const [TIMES, QUADRATIC] = [16, 130]
/** As much of a failure's body as is read. */
const MOST = 65_536

function growth(run: (length: number) => unknown): number {
  const fastest = (length: number, times: number) => {
    let least = Infinity
    for (let sample = 0; sample < 5; sample++) {
      // The processor's time, as on a machine that is busy time passes for nothing.
      const began = process.cpuUsage()
      for (let time = 0; time < times; time++) run(length)
      const { user, system } = process.cpuUsage(began)
      least = Math.min(least, user + system)
    }
    return least / times
  }
  run(MOST)
  let ratio = Infinity
  // What is short is measured often, so that both take about as long; and all of it again where it looks bad, as memory is tidied up at times.
  for (let attempt = 0; attempt < 3 && ratio >= QUADRATIC; attempt++) ratio = Math.min(ratio, fastest(MOST, 2) / Math.max(1, fastest(MOST / TIMES, 2 * TIMES)))
  return ratio
}

const fill = (unit: string) => (length: number) => unit.repeat(Math.ceil(length / unit.length))
const utf8 = new TextEncoder()
const tokens = { scopes: ['https://ai.azure.com/.default'], redact: (text: string) => text.replaceAll('secret', '[token]') }
const said = (text: string) => failureFrom(JSON.stringify({ error: { code: 'x', message: text } }), tokens, { url: 'https://c.example', status: 422 })

describe('time is linear', () => {
  test.each<[string, (text: string) => unknown, string]>([
    ['failureFrom(), a page of tags', (text) => failureFrom(text, tokens, { url: '', status: 502 }), '<a'],
    ['failureFrom(), a page of styles', (text) => failureFrom(text, tokens, { url: '', status: 502 }), '<style>'],
    ['failureFrom(), waits', said, 'retry after '],
    ['failureFrom(), audiences', said, 'audience is incorrect (https:'],
    ['failureFrom(), spaces', said, '"loc": '],
    ['isRoleMissing()', isRoleMissing, 'lacks the required data '],
    ['claimsFrom(), challenges', claimsFrom, 'Bearer a='],
    ['claimsFrom(), words', claimsFrom, 'Bearer aaaaaaaa'],
    ['claimsFrom(), errors', (text) => claimsFrom(`Bearer a=b ${text}`), 'error='],
    ['claimsFrom(), claims', (text) => claimsFrom(`Bearer a=b error="insufficient_claims" ${text}`), 'claims="'],
    ['endpointFor(), slashes', (text) => endpointFor(`https://c.openai.azure.com/${text}`), '/chat/completions'],
    ['endpointFor(), routes', (text) => endpointFor(`https://c.openai.azure.com/${text}`), '/openai'],
    ['createDecoder(), one line', (text) => createDecoder().push(utf8.encode(text)), 'data'],
    ['createDecoder(), data lines', (text) => createDecoder().push(utf8.encode(text)), 'data: x\n'],
    ['createDecoder(), line ends', (text) => createDecoder().push(utf8.encode(text)), '\r'],
  ])('%s', (_, run, unit) => {
    const make = fill(unit)
    const [long, short] = [make(MOST), make(MOST / TIMES)]
    expect(growth((length) => run(length === MOST ? long : short))).toBeLessThan(QUADRATIC)
  })

  test.each([16, 64])('createDecoder(), one message in pieces of %i bytes', (size) => {
    const bytes = utf8.encode(`data: ${'x'.repeat(MOST)}\n\n`)
    const push = (length: number) => {
      const decoder = createDecoder()
      for (let at = 0; at < length; at += size) decoder.push(bytes.subarray(at, Math.min(length, at + size)))
    }
    expect(growth(push)).toBeLessThan(QUADRATIC)
  })
})
