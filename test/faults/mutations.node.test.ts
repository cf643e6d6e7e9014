// A row that nothing can break proves nothing: each has a break of its own in test/mutations/faults.mjs.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { mutations } from '../mutations/faults.mjs'
import { rows } from './rows.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

test('each row of the fault table has a mutation that breaks it, and no mutation is of no row', () => {
  expect(mutations.map(({ guard }) => guard).sort()).toEqual(rows.map(({ name }) => name).sort())
})

test.each([...new Map(mutations.map((mutation) => [mutation.to + mutation.from, mutation])).values()])('what is replaced stands in $file once: $from', ({ file, from }) => {
  expect(readFileSync(root + file, 'utf8').split(from)).toHaveLength(2)
})
