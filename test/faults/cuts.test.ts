// Connections that end, at every place where they can.
import { groups } from './rows.ts'
import { runRows } from './run.ts'

runRows(groups.cuts)
