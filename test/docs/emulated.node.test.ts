// Which requests of a live example the emulator answers for, and which go nowhere.
import { describe, expect, test } from 'vitest'
import { createEmulated } from '../../docs/site/emulated.ts'

describe('createEmulated()', () => {
  test.for([
    ['https://contoso.services.ai.azure.com/openai/v1/chat/completions', true],
    ['https://app.example/api/token', true],
    ['http://contoso.services.ai.azure.com/', false],
    ['https://fabrikam.services.ai.azure.com/', false],
    ['https://contoso.services.ai.azure.com.example/', false],
    ['https://login.microsoftonline.com/', false],
    ['http://127.0.0.1/', false],
  ] as const)('%s: %s', ([url, answers]) => {
    expect(createEmulated().answers(new URL(url))).toBe(answers)
  })
})
