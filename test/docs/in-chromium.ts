/**
 * Programs for a page in, what comes of each in a real browser out.
 * @module
 */
import { createServer } from 'node:http'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright'
import type { Browser, Page, Route } from 'playwright'
import { build } from 'vite'
import { chromiumFlags, findChromium } from '../../scripts/find-chromium.mjs'
import { ROOT } from '../package/artifact.ts'
import { slowed } from '../setup/slow-page.ts'
import { FOLDER } from './programs.ts'
import type { Program } from './programs.ts'
import type { Outcome } from './scope.ts'

const HOST = '127.0.0.1'
const HTML = '<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title><body><form id="form"><input id="prompt" name="prompt" value="Hello"><button id="send">Send</button></form><output id="output"></output></body></html>'
const TYPES = { js: 'text/javascript', html: 'text/html', css: 'text/css' } as const

export const found: { readonly path: string } | undefined = await findChromium({ install: false })

export interface Pages {
  readonly run: (program: Program) => Promise<Outcome>
  /** Loads a page, or a part of one; returns what went wrong. */
  readonly load: (html: string) => Promise<readonly string[]>
  readonly close: () => Promise<void>
}

/** Bundles the programs as a bundler makes them for a user's page, and opens a browser for them, which reaches nobody but this process. */
export async function openPages(programs: readonly Program[]): Promise<Pages> {
  const files = await bundle(programs)
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? '/', `http://${HOST}`).pathname.slice(1)
    const body = name === '' ? HTML : files.get(name)
    if (body === undefined) return response.writeHead(404).end()
    // All pages share one bundle, which is parsed once.
    response.writeHead(200, { 'content-type': `${typeOf(name)}; charset=utf-8`, 'cache-control': 'max-age=3600' }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve))
  const address = server.address()
  const origin = `http://${HOST}:${typeof address === 'object' && address ? address.port : 0}`
  const browser: Browser = await chromium.launch({ ...(found ? { executablePath: found.path } : {}), args: [...chromiumFlags, `--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE ${HOST}`] })
  const context = await browser.newContext()

  async function open(): Promise<{ page: Page; complaints: string[] }> {
    const page = await slowed(await context.newPage())
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.stack ?? String(error)))
    page.on('dialog', (dialog) => void dialog.accept())
    return { page, complaints }
  }

  // One page for all programs, with a frame for each: globals and a document of its own, in a tenth of the time that a page takes.
  const host = await open()
  await host.page.goto(origin)

  return {
    async run({ file }) {
      const { page, complaints } = host
      complaints.length = 0
      const outcome = await page.evaluate<Outcome>(`(${runInFrame})(${JSON.stringify(file)})`)
      return outcome.error === undefined && complaints.length > 0 ? { ...outcome, error: complaints.join('\n') } : outcome
    },
    async load(html) {
      const { page, complaints } = await open()
      await page.route('**/*', (route) => answer(route, html.includes('<!doctype') ? html : HTML.replace('<body>', `<body>${html}`), complaints))
      await page.goto(`${origin}/`)
      await page.waitForLoadState('load')
      await page.close()
      return complaints
    },
    async close() {
      await browser.close()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** In the page: opens a frame, runs the program within, and tells what nobody has caught there. */
const runInFrame = `async function runInFrame(file) {
  const frame = document.createElement('iframe')
  frame.src = '/'
  const loaded = new Promise((resolve) => (frame.onload = resolve))
  document.body.append(frame)
  await loaded
  const { contentWindow: inner } = frame
  const uncaught = []
  const end = 'the end'
  inner.addEventListener('error', ({ error, message }) => uncaught.push(error?.stack ?? message))
  const ended = new Promise((resolve) => inner.addEventListener('unhandledrejection', (event) => {
    event.preventDefault()
    if (event.reason === end) resolve()
    else uncaught.push(String(event.reason?.stack ?? event.reason))
  }))
  const { run } = await inner.eval("import('/main.js')")
  const outcome = await run(file)
  // Rejections are told in their order, and after the promise that was waited for: behind this one there are none of the program's.
  inner.eval("Promise.reject('" + end + "')")
  await ended
  frame.remove()
  return uncaught.length > 0 ? { ...outcome, error: outcome.error ?? uncaught.join('\\n') } : outcome
}`

/** Answers for a page's own files, and for the built package wherever the page has it from. */
function answer(route: Route, html: string, complaints: string[]): Promise<void> {
  const { pathname, protocol } = new URL(route.request().url())
  if (protocol === 'data:' || protocol === 'blob:') return route.continue()
  const name = pathname.slice(1)
  if (name === 'favicon.ico') return route.fulfill({ status: 204 })
  const body = name === '' ? html : built(name)
  if (body === undefined) {
    complaints.push(`There is no ${route.request().url()}`)
    return route.fulfill({ status: 404, body: 'Not found' })
  }
  return route.fulfill({ body, headers: { 'content-type': `${typeOf(name)}; charset=utf-8`, 'access-control-allow-origin': '*' } })
}

function typeOf(name: string): string {
  return TYPES[(/\.(\w+)$/.exec(name)?.[1] ?? 'html') as keyof typeof TYPES]
}

function built(path: string): string | undefined {
  const [, name] = /(?:^|\/)(?:dist\/)?((?:shared\/)?[\w.-]+\.js)$/.exec(path) ?? []
  try {
    return name === undefined ? undefined : readFileSync(join(ROOT, 'dist', name), 'utf8')
  } catch {
    return undefined
  }
}

async function bundle(programs: readonly Program[]): Promise<ReadonlyMap<string, string>> {
  const lines = programs.map(({ file, language, run }) => `${JSON.stringify(file)}: { load: () => import('./${file}.${language}')${run === undefined ? '' : `, run: () => import('./${file}-run.ts')`} },`)
  const main = `import { runProgram } from '../../test/docs/scope.ts'
const programs = {
${lines.join('\n')}
}
export const run = (name) => runProgram(name, programs[name], location.origin)
`
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(join(FOLDER, 'main.js'), main)
  const made = await build({
    configFile: false,
    root: FOLDER,
    logLevel: 'silent',
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      modulePreload: false,
      // The package's own `sideEffects: false` is for what is in `dist/`: programs are nothing but side effects.
      rollupOptions: { treeshake: false, input: join(FOLDER, 'main.js'), preserveEntrySignatures: 'strict', output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' } },
    },
  })
  const outputs = [made].flat() as readonly { readonly output: readonly { readonly fileName: string; readonly code?: string }[] }[]
  return new Map(outputs.flatMap(({ output }) => output.map(({ fileName, code = '' }) => [fileName, code] as const)))
}
