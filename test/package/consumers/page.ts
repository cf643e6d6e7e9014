import { stream } from './program.ts'

const output = document.createElement('output')
await stream((text) => output.append(text))
