/**
 * The fault table: what goes wrong on a connection, and what must become of the call.
 * Runtimes: all, the server included, which plays what they say. Imports: `./rows-*.ts`.
 * @module
 */
import type { Row } from './row.ts'
import { cuts } from './rows-cut.ts'

export type { Row } from './row.ts'

/** The groups, a test file each. */
export const groups = { cuts } as const satisfies Record<string, readonly Row[]>

export const rows: readonly Row[] = Object.values(groups).flat()
