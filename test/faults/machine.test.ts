// A machine whose clock jumps and whose thread stands still.
import { groups } from './rows.ts'
import { runRows } from './run.ts'

runRows(groups.machine)
