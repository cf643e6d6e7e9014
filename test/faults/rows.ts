/**
 * The fault table: what goes wrong on a connection, and what must become of the call.
 * Runtimes: all, the server included, which plays what they say. Imports: `./rows-*.ts`.
 * @module
 */
import type { Row } from './row.ts'
import { content } from './rows-content.ts'
import { cuts } from './rows-cut.ts'
import { framing } from './rows-framing.ts'
import { machine } from './rows-machine.ts'
import { sharing } from './rows-sharing.ts'
import { silence } from './rows-silence.ts'
import { tab } from './rows-tab.ts'

export type { Row } from './row.ts'

/** The groups, a test file each. */
export const groups = { cuts, framing, content, silence, sharing, machine, tab } as const satisfies Record<string, readonly Row[]>

export const rows: readonly Row[] = Object.values(groups).flat()
