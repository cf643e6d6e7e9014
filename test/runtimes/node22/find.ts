/**
 * Finds Node 22, which is installed beside this file where a test asks for it.
 * Runtime: Node.
 * @module
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

export function findNode22(_: { readonly install: boolean }): string | undefined {
  const path = join(import.meta.dirname, `node_modules/node-${process.platform}-${process.arch}/bin/node`)
  return existsSync(path) ? path : undefined
}
