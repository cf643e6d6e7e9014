/**
 * Figures in, a bar chart in SVG out, small and readable on light and dark pages.
 * Runtime: Node. Imports: nothing of the package.
 * @module
 */
import { median, ratios } from './rounds.mjs'
import { digits, times } from './tables.mjs'

const WIDTH = 760
const NAMES = 190
/** What stands at the end of the longest bar has to have room. */
const FIGURES = 170
const BAR = 14
const ROW = 22
const HEAD = 30
const PANEL = 34
const OURS = new Set(['core', 'text', 'main'])

const STYLE = `text{font:12px system-ui,sans-serif;fill:#24292f}.h{font-size:14px;font-weight:600}.s{fill:#57606a}.o{font-weight:600}rect{fill:#8c959f}.o rect,rect.o{fill:#0969da}.f{fill:#bf8700}line{stroke:#24292f;stroke-width:1}.g{stroke:#d0d7de}@media(prefers-color-scheme:dark){text{fill:#e6edf3}.s{fill:#9198a1}rect{fill:#6e7681}.o rect,rect.o{fill:#4493f8}.f{fill:#d29922}line{stroke:#e6edf3}.g{stroke:#3d444d}}`

const escape = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)

/**
 * Draws cases one below the other: a bar a subject, as long as its figure, labelled with its ratio to the base and the figure itself.
 *
 * @param {{ title: string, list: { key: string, title: string }[], cases: object[] }} chart
 * @returns {string} the document
 */
export function chart({ title, list, cases }) {
  const parts = []
  let y = HEAD
  for (const one of cases) {
    const rows = list.filter(({ key }) => one.samples.has(key))
    y += PANEL - ROW + 4
    parts.push(`<text class="s" x="0" y="${y}">${escape(labelOf(one, list))}</text>`)
    y += 8
    const [top, bottom] = [y, y + rows.length * ROW]
    const longest = Math.max(...rows.map(({ key }) => median(one.samples.get(key))))
    const scale = (value) => round((value / longest) * (WIDTH - NAMES - FIGURES))
    const base = one.samples.get(one.base)
    if (!one.plain) parts.push(`<line class="g" x1="${NAMES + scale(median(base))}" x2="${NAMES + scale(median(base))}" y1="${top}" y2="${bottom}"/>`)
    for (const { key, title: name } of rows) {
      const values = one.samples.get(key)
      const length = Math.max(1, scale(median(values)))
      const kind = OURS.has(key) ? ' class="o"' : key === one.base ? ' class="f"' : ''
      parts.push(
        `<text${OURS.has(key) ? ' class="o"' : ''} x="${NAMES - 8}" y="${y + BAR - 1}" text-anchor="end">${escape(name)}</text>`,
        `<rect${kind} x="${NAMES}" y="${y + 2}" width="${length}" height="${BAR}" rx="2"/>`,
        `<text x="${NAMES + length + 6}" y="${y + BAR - 1}">${escape(figureOf(one, key))}</text>`,
      )
      y += ROW
    }
    y += 6
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 4}" width="${WIDTH}" height="${y + 4}" role="img" aria-label="${escape(title)}"><title>${escape(title)}</title><style>${STYLE}</style><text class="h" x="0" y="18">${escape(title)}</text>${parts.join('')}</svg>\n`
}

function labelOf({ name, base, plain, unit }, list) {
  const of = list.find(({ key }) => key === base)?.title ?? base
  return `${name.replaceAll('`', '')}${plain ? `, ${unit}` : ` – ratio to ${of}, and ${unit}`}`
}

function figureOf({ samples, base, unit, plain }, key) {
  const figure = `${digits(median(samples.get(key)))} ${unit}`
  return plain ? figure : `${times(ratios(samples.get(key), samples.get(base)).median)}  (${figure})`
}

const round = (value) => Math.round(value * 10) / 10
