/**
 * A script's path in, its answer to one request out, from Vercel's edge-runtime.
 * @module
 */
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { EdgeRuntime } from 'edge-runtime'

const runtime = new EdgeRuntime({ initialCode: readFileSync(process.argv[2], 'utf8') })
const response = await runtime.dispatchFetch('https://app.example/')
if (!response.ok) throw new Error(`Cannot run the program: its handler answered with status ${response.status}: ${await response.text()}`)
