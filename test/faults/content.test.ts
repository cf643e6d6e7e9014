// Answers that say what no answer should.
import { groups } from './rows.ts'
import { runRows } from './run.ts'

runRows(groups.content)
