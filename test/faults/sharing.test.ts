// One call among several, one attempt among several.
import { groups } from './rows.ts'
import { runRows } from './run.ts'

runRows(groups.sharing)
