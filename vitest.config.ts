import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import process from 'node:process'
import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import manifest from './package.json' with { type: 'json' }
import { entriesOf, root } from './scripts/entries.mjs'
import { chromiumFlags, findChromium } from './scripts/find-chromium.mjs'
import { PAGES } from './scripts/pages.mjs'
import { membersOf } from './test/runtimes/suite/members.ts'

// Which runtime a test runs in is in its name: `a.test.ts` everywhere, `a.server.test.ts` in Node and workerd, `a.node.test.ts`, `a.workerd.test.ts`, `a.browser.test.ts`.
const TESTS = 'test/**/*.test.ts'
const NODE = 'test/**/*.node.test.ts'
const SERVER = 'test/**/*.server.test.ts'
const WORKERD = 'test/**/*.workerd.test.ts'
const BROWSER = 'test/**/*.browser.test.ts'
// These test what `npm run build` made; all others import `src`.
const BUILT = 'test/{package,demo,runtimes,docs,examples}/**/*.test.ts'

// `npm test` runs these in a browser and in workerd from the packed package, right after: once is enough there.
const PACKED = process.env['KEYLESS_CHAT_PACKED'] ? membersOf().members.map(({ file }) => file) : []

process.env['WRANGLER_SEND_METRICS'] = 'false'

// Servers and browsers of other kinds, a dozen processes each, on a busy machine: what fails twice there is a failure, and a retry is shown. Tests of `src` have none.
const retry = process.env['CI'] ? 1 : 0

/** The projects asked for on the command line; a browser is not looked for where nobody needs it. */
const asked = process.argv.flatMap((argument, index) =>
  argument === '--project' ? process.argv.slice(index + 1, index + 2) : argument.startsWith('--project=') ? [argument.slice('--project='.length)] : [],
)
const wants = (name: string): boolean => asked.length === 0 || asked.includes(name)

const projects: TestProjectInlineConfiguration[] = [
  { extends: true, test: { name: 'node', include: [TESTS], exclude: [BROWSER, WORKERD, BUILT] } },
  { extends: true, test: { name: 'built', include: [BUILT], exclude: [BROWSER, WORKERD, PAGES], testTimeout: 120_000, hookTimeout: 120_000, retry } },
]
// `npm test` leaves these to a command of their own.
if (!process.env['KEYLESS_CHAT_PACKED']) projects.push({ extends: true, test: { name: 'pages', include: [PAGES], testTimeout: 120_000, hookTimeout: 120_000, retry } })
const missing: string[] = []

if (wants('chromium')) {
  const chromium = await findChromium({ install: false })
  if (!chromium) missing.push('chromium (no browser for this platform)')
  else {
    projects.push({
      extends: true,
      // Found while a test runs, a new dependency would reload the page under it.
      optimizeDeps: { include: [...Object.keys(manifest.dependencies), 'fast-check', 'zod', 'arktype', '@valibot/to-json-schema', 'react', 'react-dom/client', 'react/jsx-runtime', 'react/jsx-dev-runtime'] },
      // The examples name the package as an app does; what is tested is `src`.
      resolve: { alias: entriesOf(manifest).map(({ specifier, source }) => ({ find: new RegExp(`^${specifier}$`), replacement: root + source })) },
      test: {
        name: 'chromium',
        include: [TESTS],
        exclude: [NODE, SERVER, WORKERD, ...PACKED],
        browser: {
          enabled: true,
          headless: true,
          screenshotFailures: false,
          provider: playwright({ launchOptions: { executablePath: chromium.path, args: chromiumFlags } }),
          instances: [{ browser: 'chromium', name: 'chromium' }],
        },
      },
    })
  }
}

if (wants('workerd')) {
  if (!workerdRuns()) missing.push('workerd (no binary for this platform)')
  else {
    projects.push({
      extends: true,
      plugins: [
        cloudflareTest({
          main: './test/setup/worker.ts',
          miniflare: {
            compatibilityDate: '2026-08-01',
            compatibilityFlags: ['nodejs_compat'],
            cf: false,
            durableObjects: { QUOTA: { className: 'QuotaObject', useSQLite: true } },
            ratelimits: { LIMITER: { namespace_id: '1', simple: { limit: 10, period: 60 } } },
          },
        }),
      ],
      test: { name: 'workerd', include: [TESTS], exclude: [NODE, BROWSER, ...PACKED] },
    })
  }
}

function workerdRuns(): boolean {
  try {
    // The package is the path of the binary for this platform, and throws where there is none.
    const workerd = createRequire(import.meta.url)('workerd') as { default: string }
    return spawnSync(workerd.default, ['--version'], { stdio: 'ignore' }).status === 0
  } catch {
    return false
  }
}

export default defineConfig({
  test: {
    // One server of each for all runtimes.
    globalSetup: ['./test/setup/served-emulator.ts', './test/setup/fault-server.ts'],
    projects,
    reporters: ['default', ['./scripts/counts-reporter.mjs', { missing }]],
    // The library keeps nothing between calls of its own, so files may share a worker: half the time, on two cores.
    isolate: false,
    // What it takes here is a second at most; a machine that others use takes ten times as long, and is not what is tested.
    testTimeout: 30_000,
    // Most of what tests of the page and of servers do is wait.
    maxWorkers: 2,
    restoreMocks: true,
    unstubGlobals: true,
  },
})
