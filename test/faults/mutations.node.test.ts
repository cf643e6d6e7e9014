// A row that nothing can break proves nothing: each has a break of its own in test/mutations/faults.mjs.
import { expect, test } from 'vitest'
import { mutations } from '../mutations/faults.mjs'
import { rows } from './rows.ts'

test('each row of the fault table has a mutation that breaks it, and no mutation is of no row', () => {
  expect(mutations.map(({ guard }) => guard).sort()).toEqual(rows.map(({ name }) => name).sort())
})
