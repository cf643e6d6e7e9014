import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Result } from 'lighthouse'
import { afterEach, describe, expect, test } from 'vitest'
import { busy, describeRun, findPages, median, shortfalls, table } from '../../scripts/lighthouse-report.mjs'

/** A run with these scores, of 1, whose one failing audit is of the accessibility. */
const run = (performance: number, accessibility: number, lcp: number, benchmarkIndex = 1500) =>
  ({
    environment: { benchmarkIndex },
    categories: {
      performance: { score: performance, auditRefs: [{ id: 'largest-contentful-paint', weight: 25 }] },
      accessibility: { score: accessibility, auditRefs: [{ id: 'color-contrast', weight: 7 }, { id: 'unweighed', weight: 0 }] },
      'best-practices': { score: 1, auditRefs: [] },
      seo: { score: 0.5, auditRefs: [] },
    },
    audits: {
      'largest-contentful-paint': { title: 'Largest Contentful Paint', score: performance, numericValue: lcp, displayValue: `${lcp} ms` },
      'color-contrast': { title: 'Contrast is too low', score: accessibility < 1 ? 0 : 1, details: { items: [{ node: { snippet: '<p id="keys">' } }] } },
      unweighed: { title: 'Costs nothing', score: 0 },
      'total-byte-weight': { numericValue: 73_400 },
    },
  }) as unknown as Result

describe('median()', () => {
  test('takes the middle of each score and metric, and the reasons of the worst run', () => {
    const { scores, metrics, failing } = median([run(0.99, 0.9, 900), run(0.5, 0.9, 4000), run(0.97, 1, 1200)])
    expect(scores).toEqual({ performance: 97, accessibility: 90, 'best-practices': 100, seo: 50 })
    expect(metrics).toEqual({ lcp: 1200, tbt: 0, cls: 0, bytes: 73_400 })
    expect(failing).toEqual(['performance: Largest Contentful Paint (4000 ms)', 'accessibility: Contrast is too low: <p id="keys">'])
  })
})

describe('shortfalls()', () => {
  const row = (performance: number, accessibility: number) => ({ page: 'demo', form: 'mobile', ...median([run(performance, accessibility, 900)]) })

  test('has none from 95, whatever the other scores are', () => {
    expect(shortfalls([row(0.95, 1), row(1, 0.95)])).toEqual([])
  })

  test('names the page, the score and what keeps it down', () => {
    expect(shortfalls([row(0.94, 0.9)])).toEqual(['demo, mobile: performance is 94, below 95', 'demo, mobile: accessibility is 90, below 95\n  accessibility: Contrast is too low: <p id="keys">'])
  })

  test('takes a score that there is none of to be too low', () => {
    expect(shortfalls([{ page: 'demo', form: 'mobile', scores: { performance: 100 }, metrics: {}, speed: 1500, failing: [] }])).toEqual(['demo, mobile: accessibility is undefined, below 95'])
  })

  test('goes with a table and a line for each page', () => {
    expect(table([row(0.94, 1)]).split('\n')[2]).toBe('| demo | mobile | 94 | 100 | 100 | 50 | 0.9 s | 0 ms | 0.000 | 73 kB |')
    expect(describeRun(row(1, 1))).toBe('demo, mobile: performance 100, accessibility 100, best-practices 100, seo 50')
  })
})

describe('busy()', () => {
  test('tells a machine that was slow in one of the runs', () => {
    const rowOf = (...speeds: number[]) => ({ page: 'demo', form: 'mobile', ...median(speeds.map((speed) => run(1, 1, 900, speed))) })
    expect(busy([rowOf(1500, 1400, 1200)])).toBe('')
    expect(busy([rowOf(1500), rowOf(1500, 449.4, 1200)])).toContain('benchmark says 449')
  })
})

describe('findPages()', () => {
  let folder = ''
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const siteOf = (...files: string[]) => {
    folder = mkdtempSync(join(tmpdir(), 'keyless-chat-site-'))
    for (const file of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), '')
    }
    return findPages(folder, '/docs')
  }

  test('finds a page of each kind', () => {
    expect(siteOf('index.html', 'errors/aborted.html', 'api/core.html', 'style.css')).toEqual({ docs: '/docs/', error: '/docs/errors/aborted.html', api: '/docs/api/core.html' })
    rmSync(folder, { recursive: true })
    expect(siteOf('index.html', 'errors/aborted.html', 'errors/rate-limited.html', 'api/broker.html', 'api/keyless-chat.html')).toEqual({ docs: '/docs/', error: '/docs/errors/rate-limited.html', api: '/docs/api/keyless-chat.html' })
    rmSync(folder, { recursive: true })
    expect(siteOf('index.html', 'errors/aborted/index.html', 'api/index.html')).toEqual({ docs: '/docs/', error: '/docs/errors/aborted/', api: '/docs/api/' })
  })

  test('does not pass over a kind that is missing', () => {
    expect(() => siteOf('index.html', 'errors/aborted.html')).toThrow('no page for the API: it has errors/aborted.html, index.html')
  })
})
