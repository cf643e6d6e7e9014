/**
 * Every runtime that the suite is run in, in the order of the table.
 * @module
 */
import { chromium, firefox } from './browsers.ts'
import type { Driver } from './driver.ts'
import { bun, deno, node22, node24 } from './processes.ts'
import { webkit } from './webkit.ts'
import { edgeRuntime, workerd } from './workers.ts'

export const drivers: readonly Driver[] = [node22, node24, deno, bun, workerd, edgeRuntime, chromium, firefox, webkit]
