import process from 'node:process'
import { stream } from './program.ts'

await stream((text) => process.stdout.write(text))
