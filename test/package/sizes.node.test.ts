import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { chartOf, holds, newestVersion, pageOf, syncSizes, withRow } from '../../scripts/sizes.mjs'
import { ROOT } from './artifact.ts'

const old = { version: '0.1.0', date: '2026-11-01', bytes: { 'keyless-chat': 15_000, 'keyless-chat/core': 8_000 } }
const now = { version: '0.2.0', date: null, bytes: { 'keyless-chat': 15_420, 'keyless-chat/core': 7_900, 'keyless-chat/new': 900 } }

describe('newestVersion()', () => {
  test('is that of the first heading, with the date of its release', () => {
    expect(newestVersion('# Changelog\n\n## 0.2.0 (unreleased)\n\n## 0.1.0 (2026-11-01)\n')).toEqual({ version: '0.2.0', date: null })
    expect(newestVersion('## 0.1.0 (2026-11-01)\n')).toEqual({ version: '0.1.0', date: '2026-11-01' })
    expect(newestVersion(readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8')).version).toMatch(/^\d+\.\d+\.\d+/)
  })

  test('is asked for in vain of a changelog without one', () => {
    expect(() => newestVersion('# Changelog\n\n## soon\n')).toThrow('expected a heading such as')
  })
})

describe('holds() and withRow()', () => {
  test('take what the table shows alike to be the same', () => {
    expect(holds([old, now], { ...now, bytes: { ...now.bytes, 'keyless-chat': 15_440 } })).toBe(true)
    expect(holds([old, now], { ...now, bytes: { ...now.bytes, 'keyless-chat': 15_460 } })).toBe(false)
    expect(holds([old, now], { ...now, date: '2026-12-01' })).toBe(false)
    expect(holds([old], now)).toBe(false)
    expect(holds([now], { ...now, bytes: { 'keyless-chat': 15_420 } })).toBe(false)
  })

  test('change the row of one version alone', () => {
    expect(withRow([old], now)).toEqual([old, now])
    expect(withRow([old, now], { ...now, bytes: {} })).toEqual([old, { ...now, bytes: {} }])
  })
})

describe('pageOf() and chartOf()', () => {
  test('show versions beside each other, the newest first, and what was not there yet', () => {
    const page = pageOf([old, now])
    expect(page).toContain('| entry | 0.2.0 (unreleased) | 0.1.0 (2026-11-01) |')
    expect(page).toContain('| `keyless-chat` | 15.4 kB | 15.0 kB |')
    expect(page).toContain('| `keyless-chat/new` | 0.9 kB | – |')
  })

  test('draw a line from version to version, inside of the picture', () => {
    const chart = chartOf([old, now])
    expect(chart.match(/<polyline/g)).toHaveLength(2)
    expect(chart).toContain('keyless-chat (15.4 kB)')
    for (const [, x = '', y = ''] of chart.matchAll(/cx="([\d.]+)" cy="([\d.]+)"/g)) {
      expect(Number(x)).toBeLessThan(760)
      expect(Number(y)).toBeGreaterThan(0)
      expect(Number(y)).toBeLessThan(300)
    }
    expect(chart).not.toMatch(/NaN|undefined|Infinity/)
    expect(chartOf([now])).not.toMatch(/NaN|undefined|Infinity/)
  })
})

describe('syncSizes()', () => {
  let folder = ''
  beforeEach(() => {
    folder = `${mkdtempSync(join(tmpdir(), 'keyless-chat-sizes-'))}/`
    mkdirSync(`${folder}charts`)
    writeFileSync(`${folder}sizes.json`, JSON.stringify([old]))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  test('writes what is missing, once, and then has nothing to say', () => {
    expect(syncSizes(now, { write: false, folder })).toEqual([expect.stringContaining('its row of 0.2.0 is not what the build weighs'), ...['sizes.json', 'sizes.md', 'charts/size-history.svg'].map((file) => expect.stringContaining(`docs/${file}: is not made of`))])
    expect(syncSizes(now, { write: true, folder })).toEqual([])
    expect(JSON.parse(readFileSync(`${folder}sizes.json`, 'utf8'))).toEqual([old, now])
    expect(syncSizes(now, { write: false, folder })).toEqual([])
    writeFileSync(`${folder}sizes.md`, 'something else')
    expect(syncSizes(now, { write: false, folder })).toEqual([expect.stringContaining('docs/sizes.md')])
  })

  test('changes no version that was released', () => {
    const changed = { ...old, bytes: { ...old.bytes, 'keyless-chat': 16_000 } }
    for (const write of [true, false]) expect(syncSizes(changed, { write, folder })).toEqual([expect.stringContaining('0.1.0 weighed something else when it was released')])
    expect(JSON.parse(readFileSync(`${folder}sizes.json`, 'utf8'))).toEqual([old])
  })

  test('lets a version that is being made be released, with its date', () => {
    syncSizes(now, { write: true, folder })
    const released = { ...now, date: '2026-12-01' }
    expect(syncSizes(released, { write: false, folder })).toHaveLength(1)
    expect(syncSizes(released, { write: true, folder })).toEqual([])
    expect(JSON.parse(readFileSync(`${folder}sizes.json`, 'utf8'))).toEqual([old, released])
  })
})
