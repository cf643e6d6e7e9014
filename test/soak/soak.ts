/**
 * Two hours of a page that chats, compressed: a number of calls and a seed in, what is to be said of them out.
 * Runtime: Node, and a Chromium that it starts. Imports: playwright, vite; `test/demo/browser.ts` finds the browser.
 * @module
 */
import { chromium } from 'playwright'
import type { CDPSession, Page } from 'playwright'
import { chromiumFlags, findChromium } from '../../scripts/find-chromium.mjs'
import type { Batch, BatchReport, Call, PageState, Report } from './call.ts'
import { checksOf } from './checks.ts'
import type { Check, Seen } from './checks.ts'
import { heldIn } from './heap.ts'
import type { Sample } from './heap.ts'
import { judge } from './judge.ts'
import type { Soak } from './page/page.ts'
import { plan, TOKEN_LIFE_MS } from './plan.ts'
import { startServers } from './server.ts'
import type { SoakServers } from './server.ts'
import { bundlePage } from '../bundle-page.ts'

export interface SoakOptions {
  readonly calls: number
  readonly seed: number
  /** From which call on the heap is watched, and how often. */
  readonly warmUp: number
  readonly sampleEvery: number
  readonly progress?: (line: string) => void
}

export interface SoakReport {
  readonly checks: readonly Check[]
  readonly seen: Seen
  readonly seconds: number
  readonly browser: string
}

/** Longer than any batch: three seconds are the longest limit, and browsers have six connections to a server. */
const BATCH_MS = 30_000

/** Runs a soak; `undefined` where there is no browser. */
export async function soak({ calls: count, seed, warmUp, sampleEvery, progress = () => {} }: SoakOptions): Promise<SoakReport | undefined> {
  const found = await findChromium({ install: false })
  if (!found) return undefined
  const started = performance.now()
  const servers = await startServers(await bundlePage(new URL('page/page.ts', import.meta.url)))
  const browser = await chromium.launch({ executablePath: found.path, args: [...chromiumFlags] })
  try {
    const page = await browser.newPage()
    const complaints = listenTo(page)
    await page.goto(servers.site)
    await page.waitForFunction(() => 'soak' in globalThis)
    await page.evaluate(([direct, torn, life]) => (globalThis as unknown as { soak: Soak }).soak.start(direct, torn, life), [servers.direct, servers.torn, TOKEN_LIFE_MS] as const)
    const heap = await page.context().newCDPSession(page)
    const batches: BatchReport[] = []
    const samples: Sample[] = []
    const held: Sample[] = []
    const done: { call: Call; report: Report | undefined }[] = []
    let stuck = ''
    for (const batch of plan(count, seed)) {
      const report = await within(BATCH_MS, run(page, batch))
      if (report) batches.push(report)
      else stuck = `calls ${batch.calls.map(({ id, kind }) => `${id} (${kind})`).join(', ')} have not settled within ${BATCH_MS} ms`
      done.push(...batch.calls.map((call) => ({ call, report: report?.reports.find(({ id }) => id === call.id) })))
      if (stuck) break
      if (held.length === 0 && done.length >= warmUp) held.push({ calls: done.length, bytes: await holding(heap) })
      if (done.length >= (samples.length + 1) * sampleEvery || done.length >= count) {
        samples.push({ calls: done.length, bytes: await collected(heap) })
        progress(`${done.length} of ${count} calls, ${((samples.at(-1)?.bytes ?? 0) / 1e6).toFixed(2)} MB, ${Math.round((performance.now() - started) / 1000)} s`)
      }
    }
    if (!stuck) held.push({ calls: done.length, bytes: await holding(heap) })
    const state: PageState = stuck ? { timers: 0, listeners: 0, uncaught: [] } : await page.evaluate(() => (globalThis as unknown as { soak: Soak }).soak.state())
    const open = await settled(servers)
    const busy = await servers.busy()
    const seen: Seen = { done, batches, samples, held, warmUp, state, stuck, open, busy, complaints, wrong: await judged(done, servers) }
    return { checks: checksOf(seen), seen, seconds: (performance.now() - started) / 1000, browser: `Chromium ${browser.version()}` }
  } finally {
    await browser.close()
    servers.stop()
  }
}

/** What the console says but for the browser's own notes of requests that failed, which are planned. */
function listenTo(page: Page): string[] {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !message.text().startsWith('Failed to load resource: ')) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  return complaints
}

function run(page: Page, batch: Batch): Promise<BatchReport> {
  return page.evaluate((planned) => (globalThis as unknown as { soak: Soak }).soak.run(planned), batch)
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)))
  // Rejects when the browser closes under it.
  promise.catch(() => {})
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** Bytes in use, once what nobody holds is gone: twice, as finalizers let go of more. */
async function collected(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.collectGarbage')
  return (await session.send('Runtime.getHeapUsage')).usedSize
}

/** Bytes of what scripts hold, by a snapshot, which collects garbage first. */
async function holding(session: CDPSession): Promise<number> {
  let json = ''
  const take = ({ chunk }: { readonly chunk: string }): void => void (json += chunk)
  session.on('HeapProfiler.addHeapSnapshotChunk', take)
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
  session.off('HeapProfiler.addHeapSnapshotChunk', take)
  return heldIn(json)
}

/** Waits until the emulator has heard of every connection that was closed, for five seconds at most, and counts those of which it has not. */
async function settled({ emulator }: SoakServers): Promise<number> {
  const open = (): number => emulator.calls.filter(({ state }) => state === 'open').length
  for (let i = 0; i < 250 && open() > 0; i++) await new Promise((resolve) => setTimeout(resolve, 20))
  return open()
}

async function judged(done: readonly { readonly call: Call; readonly report: Report | undefined }[], { emulator }: SoakServers): Promise<readonly string[]> {
  const byId = Map.groupBy(emulator.calls.filter(({ body }) => body !== undefined), ({ body }) => Number(/#(\d+)#/.exec(JSON.stringify(body))?.[1]))
  const wrong: string[] = []
  for (const { call, report } of done) {
    for (const one of await judge(call, report, byId.get(call.id) ?? [], emulator)) wrong.push(`${one} – call ${call.id}: ${call.kind} (${call.how} of ${call.model} by ${call.via})`)
  }
  return wrong
}
