import { describe } from 'vitest'
import { captures, haveCaptures, listCaptures, readCapture } from '../captures.ts'
import { readsSafely } from './reading.ts'

/** Of chat completions, and without a failure of their own. */
const whole = listCaptures('streams').filter((name) => !/error|-400-|responses-api|watsonx/.test(name))

describe.skipIf(!haveCaptures)(`streamChat(), ${captures}`, () => {
  if (haveCaptures) readsSafely('recorded streams', whole.map((name) => ({ name, bytes: readCapture(`streams/${name}`), n: name.includes('-n2-') ? 2 : 1 })))
})
