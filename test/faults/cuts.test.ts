// Connections that end, at every place where they can.
import { runRows } from './run.ts'
import { groups } from './rows.ts'

runRows(groups.cuts)
