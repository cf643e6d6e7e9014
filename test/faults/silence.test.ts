// Answers that come late, or not at all.
import { groups } from './rows.ts'
import { runRows } from './run.ts'

runRows(groups.silence)
