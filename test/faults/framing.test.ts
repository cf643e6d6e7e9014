// HTTP/1.1 itself, damaged or used as nobody uses it.
import { groups } from './rows.ts'
import { runRows } from './run.ts'

runRows(groups.framing)
