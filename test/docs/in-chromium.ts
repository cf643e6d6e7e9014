/**
 * Programs for a page in, what comes of each in a real browser out.
 * @module
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright'
import type { Browser, BrowserContext, Page, Route } from 'playwright'
import { build } from 'vite'
import { chromiumFlags, findChromium } from '../../scripts/find-chromium.mjs'
import { ROOT } from '../package/artifact.ts'
import { FOLDER } from './programs.ts'
import type { Program } from './programs.ts'
import type { Outcome } from './scope.ts'

// Nothing listens there; that it is this machine makes it a secure context, which tokens need.
const ORIGIN = 'http://localhost'
const HTML = '<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title><body><form id="form"><input id="prompt" name="prompt" value="Hello"><button id="send">Send</button></form><output id="output"></output></body></html>'
const TYPES = { js: 'text/javascript', html: 'text/html', css: 'text/css' } as const

export const found: { readonly path: string } | undefined = await findChromium({ install: false })

export interface Pages {
  readonly run: (program: Program) => Promise<Outcome>
  /** Loads a page, or a part of one; returns what went wrong. */
  readonly load: (html: string) => Promise<readonly string[]>
  readonly close: () => Promise<void>
}

/** Bundles the programs as a bundler makes them for a user's page, and opens a browser for them. */
export async function openPages(programs: readonly Program[]): Promise<Pages> {
  const files = await bundle(programs)
  const browser: Browser = await chromium.launch({ ...(found ? { executablePath: found.path } : {}), args: [...chromiumFlags] })
  const context = await browser.newContext()
  return {
    async run({ file }) {
      const { page, complaints } = await open(context, HTML, files)
      try {
        const outcome = await page.evaluate<Outcome>(`import('/main.js').then(({ run }) => run(${JSON.stringify(file)}))`)
        return outcome.error === undefined && complaints.length > 0 ? { ...outcome, error: complaints.join('\n') } : outcome
      } finally {
        await page.close()
      }
    },
    async load(html) {
      const { page, complaints } = await open(context, html.includes('<!doctype') ? html : HTML.replace('<body>', `<body>${html}`), files)
      await page.waitForLoadState('load')
      await page.close()
      return complaints
    },
    close: () => browser.close(),
  }
}

async function open(context: BrowserContext, html: string, files: ReadonlyMap<string, string>): Promise<{ page: Page; complaints: string[] }> {
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.stack ?? String(error)))
  page.on('dialog', (dialog) => void dialog.accept())
  await page.route('**/*', (route) => answer(route, html, files, complaints))
  await page.goto(`${ORIGIN}/`)
  return { page, complaints }
}

function answer(route: Route, html: string, files: ReadonlyMap<string, string>, complaints: string[]): Promise<void> {
  const { pathname, hostname, protocol } = new URL(route.request().url())
  const name = pathname.slice(1)
  const body = pathname === '/' && hostname === 'localhost' ? html : hostname === 'localhost' ? (files.get(name) ?? built(name)) : built(name)
  if (protocol === 'data:' || protocol === 'blob:') return route.continue()
  if (name === 'favicon.ico') return route.fulfill({ status: 204 })
  if (body === undefined) {
    complaints.push(`There is no ${route.request().url()}`)
    return route.fulfill({ status: 404, body: 'Not found' })
  }
  const type = TYPES[(/\.(\w+)$/.exec(name)?.[1] ?? 'html') as keyof typeof TYPES]
  return route.fulfill({ body, headers: { 'content-type': `${type}; charset=utf-8`, 'access-control-allow-origin': '*' } })
}

/** A file of the built package, wherever a page has it from. */
function built(path: string): string | undefined {
  const [, name] = /(?:^|\/)(?:dist\/)?([\w.-]+\.js|shared\/[\w.-]+\.js)$/.exec(path) ?? []
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
