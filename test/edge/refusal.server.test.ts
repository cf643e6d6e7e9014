import { expect, test } from 'vitest'
import { unauthorized } from '../../src/edge/refusal.ts'

test('unauthorized() quotes nothing in a challenge that would end it', () => {
  expect(unauthorized('A "quoted\\ word').facts.headers?.['www-authenticate']).toBe('Bearer error="invalid_token", error_description="A quoted word"')
})
