/**
 * A runtime and the suite's program in, the outcome of each test out.
 * Runtime: Node.
 * @module
 */
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Found } from '../drivers/driver.ts'
import setup from '../../setup/served-emulator.ts'
import type { Outcome } from './run.ts'

/** Tells of a program that does not load. */
const PAGE = `<!doctype html>
<script>addEventListener('error', ({ message }) => fetch('/', { method: 'POST', body: JSON.stringify({ broken: message ?? 'it does not load' }) }), true)</script>
<script type="module" src="suite.js"></script>`

/** The longest silence: no test takes as long, and no runtime to start. A limit for all tests would be one for busy machines. */
const SILENCE_MS = 120_000

/**
 * Runs the suite in one runtime, which reports each test over HTTP.
 *
 * @param id - The runtime's, for the program's file.
 * @param found - The runtime.
 * @param program - The suite, as `bundleSuite()` makes it.
 * @param folder - Where the package is installed.
 * @throws `Error` where the runtime ends early, falls silent, or leaves tests out.
 */
export async function runSuite(id: string, found: Found, program: string, folder: string): Promise<readonly Outcome[]> {
  const provided: Record<string, unknown> = {}
  const close = await setup({ provide: (name, value) => void (provided[name] = value) })
  const collector = await collect()
  // In the same file, so that it holds however a runtime loads it.
  // Strict, as modules are, for the one that has none.
  const text = `'use strict'; globalThis.PROVIDED = ${JSON.stringify(provided)}; globalThis.REPORT_TO = ${JSON.stringify(collector.url)};\n${program}`
  const file = join(folder, `suite-${id}.mjs`)
  await writeFile(file, text)
  collector.serve(text)
  const running = await found.start({ file, page: collector.url })
  try {
    const failure = await Promise.race([collector.done, running.ended])
    if (failure === undefined) return collector.outcomes
    const last = collector.outcomes.at(-1)
    throw new Error(`${failure}${last ? ` (the last test was ${last.file}: ${last.name})` : ''}`)
  } finally {
    await running.stop()
    collector.close()
    close()
  }
}

/** Takes lines by `POST /`, and serves a page with the program to a browser. */
async function collect() {
  const outcomes: Outcome[] = []
  let program = ''
  let finish: (failure?: string) => void = () => {}
  const done = new Promise<string | undefined>((resolve) => (finish = resolve))
  const timer = setTimeout(() => finish(`it told of nothing for ${SILENCE_MS / 1000} s`), SILENCE_MS)
  function take(lines: string): void {
    timer.refresh()
    for (const line of lines.split('\n').filter(Boolean)) {
      const outcome = JSON.parse(line) as Outcome | { readonly tests: number } | { readonly broken: string }
      if ('broken' in outcome) finish(outcome.broken)
      else if (!('tests' in outcome)) outcomes.push(outcome)
      else {
        const told = outcomes.filter(({ file }) => file).length
        finish(outcome.tests > 0 && told >= outcome.tests ? undefined : `it has ${outcome.tests} tests and told of ${told}`)
      }
    }
  }
  const server = createServer((request, response) => {
    if (request.method !== 'POST') {
      const script = request.url === '/suite.js'
      response.setHeader('content-type', script ? 'text/javascript' : 'text/html').end(script ? program : PAGE)
      return
    }
    let lines = ''
    request.setEncoding('utf8').on('data', (part: string) => (lines += part)).on('end', () => {
      take(lines)
      response.end()
    })
  })
  // A connection that is closed just when it is used again would be a report that is lost.
  server.keepAliveTimeout = SILENCE_MS
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    outcomes,
    done,
    serve: (text: string) => void (program = text),
    close() {
      clearTimeout(timer)
      server.closeAllConnections()
      server.close()
    },
  }
}
