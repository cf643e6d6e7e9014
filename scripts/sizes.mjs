/**
 * What the entries weighed in each version: docs/sizes.json, and the page and the chart that are made of it.
 * @module
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/**
 * A version's weights: brotli, in bytes, by the names of the README's table. `date` is that of the release, `null` before.
 * @typedef {{ version: string, date: string | null, bytes: Readonly<Record<string, number>> }} SizeRow
 */

const HISTORY = 'sizes.json'
const PAGE = 'sizes.md'
const CHART = 'charts/size-history.svg'
/** Lines of the chart: what pages load, not what servers do. */
const DRAWN = ['keyless-chat.min.js', 'keyless-chat', 'keyless-chat/core', 'keyless-chat/diagnose', 'keyless-chat/broker', 'keyless-chat/responses']

/**
 * Finds the version that is worked on, which the changelog's newest heading names, and its date; `null` where it is not released yet.
 *
 * @param {string} changelog
 * @returns {{ version: string, date: string | null }}
 */
export function newestVersion(changelog) {
  const [, version, date] = /^## (\S+) \((\d{4}-\d\d-\d\d|unreleased)\)$/m.exec(changelog) ?? []
  if (version === undefined) throw new Error('Cannot read CHANGELOG.md: expected a heading such as ## 1.2.3 (unreleased) or ## 1.2.3 (2026-12-01)')
  return { version, date: date === 'unreleased' ? null : date }
}

/**
 * Says whether a history holds a row, to the precision of the README's table: a byte more or less is nobody's concern.
 *
 * @param {readonly SizeRow[]} history
 * @param {SizeRow} row
 */
export function holds(history, row) {
  const kept = history.find(({ version }) => version === row.version)
  const shown = ({ date, bytes }) => JSON.stringify([date, Object.entries(bytes).map(([name, weight]) => [name, kB(weight)])])
  return kept !== undefined && shown(kept) === shown(row)
}

/**
 * Puts a row in its place: over the one of its version, else at the end. Other versions stay as they were.
 *
 * @param {readonly SizeRow[]} history
 * @param {SizeRow} row
 * @returns {SizeRow[]}
 */
export function withRow(history, row) {
  const index = history.findIndex(({ version }) => version === row.version)
  return index === -1 ? [...history, row] : history.with(index, row)
}

/**
 * Holds the three files true to what was weighed, or writes them. What a released version weighed is never changed.
 *
 * @param {SizeRow} row
 * @param {{ write: boolean, folder?: string }} options `folder` is that of the documents, with a slash.
 * @returns {string[]} What is not true
 */
export function syncSizes(row, { write, folder = 'docs/' }) {
  const read = (file) => (existsSync(folder + file) ? readFileSync(folder + file, 'utf8') : undefined)
  const history = JSON.parse(read(HISTORY) ?? '[]')
  const current = holds(history, row)
  const released = history.find(({ version, date }) => version === row.version && date !== null)
  if (!current && released) return [`docs/${HISTORY}: ${row.version} weighed something else when it was released: begin the next version in CHANGELOG.md, then run npm run check:size -- --write`]
  const rows = current || !write ? history : withRow(history, row)
  const texts = { [HISTORY]: `[\n${rows.map((each) => `  ${JSON.stringify(each)}`).join(',\n')}\n]\n`, [PAGE]: pageOf(rows), [CHART]: chartOf(rows) }
  const stale = Object.keys(texts).filter((file) => read(file) !== texts[file])
  if (write) {
    for (const file of stale) writeFileSync(folder + file, texts[file])
    return []
  }
  const again = 'run npm run check:size -- --write'
  return [...(current ? [] : [`docs/${HISTORY}: its row of ${row.version} is not what the build weighs: ${again}`]), ...stale.map((file) => `docs/${file}: is not made of ${HISTORY}: ${again}`)]
}

/** @param {readonly SizeRow[]} history */
export function pageOf(history) {
  const newest = history.toReversed()
  const names = [...new Set(newest.flatMap(({ bytes }) => Object.keys(bytes)))]
  const cells = (name) => newest.map(({ bytes }) => (bytes[name] === undefined ? '–' : kB(bytes[name])))
  return [
    '# What each version weighs',
    '',
    'Brotli of a minified page with everything inlined, 1 kB is 1000 bytes: the figures of the table in [README.md](../README.md), kept for each release. Entries that add to a page which',
    'chats by `keyless-chat/core` are weighed by what they add. The build fails where the newest column is not true; [sizes.json](sizes.json) has the bytes.',
    '',
    '![Sizes of what pages load, by version](charts/size-history.svg)',
    '',
    `| entry | ${newest.map(({ version, date }) => `${version} (${date ?? 'unreleased'})`).join(' | ')} |`,
    `| --- | ${newest.map(() => '---:').join(' | ')} |`,
    ...names.map((name) => `| \`${name}\` | ${cells(name).join(' | ')} |`),
    '',
  ].join('\n')
}

const STYLE = 'text{font:12px system-ui,sans-serif;fill:#24292f}.h{font-size:14px;font-weight:600}.s{fill:#57606a}polyline{fill:none;stroke:#0969da;stroke-width:2}circle{fill:#0969da}.g{stroke:#d0d7de}@media(prefers-color-scheme:dark){text{fill:#e6edf3}.s{fill:#9198a1}polyline{stroke:#4493f8}circle{fill:#4493f8}.g{stroke:#3d444d}}'
const [LEFT, RIGHT, TOP, BOTTOM] = [40, 520, 40, 260]

/** Draws a line for each entry that pages load, from version to version. @param {readonly SizeRow[]} history */
export function chartOf(history) {
  if (history.length === 0) return ''
  const title = 'What pages load, brotli, by version'
  const most = Math.max(5000, ...history.flatMap(({ bytes }) => DRAWN.map((name) => bytes[name] ?? 0)))
  const top = Math.ceil(most / 5000) * 5000
  const x = (index) => round(history.length === 1 ? RIGHT : LEFT + ((RIGHT - LEFT) * index) / (history.length - 1))
  const y = (bytes) => round(BOTTOM - ((BOTTOM - TOP) * bytes) / top)
  const grid = Array.from({ length: top / 5000 + 1 }, (_, step) => `<line class="g" x1="${LEFT}" x2="${RIGHT}" y1="${y(step * 5000)}" y2="${y(step * 5000)}"/><text class="s" x="${LEFT - 6}" y="${y(step * 5000) + 4}" text-anchor="end">${step * 5}</text>`)
  const versions = history.map(({ version }, index) => `<text class="s" x="${x(index)}" y="${BOTTOM + 20}" text-anchor="middle">${version}</text>`)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 300" width="760" height="300" role="img" aria-label="${title}"><title>${title}</title><style>${STYLE}</style><text class="h" x="0" y="18">${title}</text><text class="s" x="${LEFT - 6}" y="${BOTTOM + 20}" text-anchor="end">kB</text>${[...grid, ...versions, ...linesOf(history, x, y)].join('')}</svg>\n`
}

function linesOf(history, x, y) {
  let above = Infinity
  // From the lowest up, so that labels of lines that lie close make way.
  return DRAWN.flatMap((name) => {
    const points = history.flatMap(({ bytes }, index) => (bytes[name] === undefined ? [] : [{ bytes: bytes[name], at: x(index) }]))
    return points.length === 0 ? [] : [{ name, points, last: points.at(-1) }]
  })
    .toSorted((a, b) => a.last.bytes - b.last.bytes)
    .map(({ name, points, last }) => {
      above = Math.min(above - 15, y(last.bytes) + 4)
      return `<polyline points="${points.map(({ bytes, at }) => `${at},${y(bytes)}`).join(' ')}"/>${points.map(({ bytes, at }) => `<circle cx="${at}" cy="${y(bytes)}" r="3"/>`).join('')}<text x="${RIGHT + 12}" y="${round(above)}">${name} (${kB(last.bytes)})</text>`
    })
}

function round(value) {
  return Math.round(value * 10) / 10
}

/** Says a weight as the README's table does. @param {number} bytes */
export function kB(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`
}
