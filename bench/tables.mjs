/**
 * What was measured in, tables in Markdown and verdicts on the aims out.
 * Runtime: Node. Imports: nothing of the package.
 * @module
 */
import { median, ratios } from './rounds.mjs'

export const digits = (value) => (Math.abs(value) >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2))
export const times = (ratio) => `${digits(ratio)}×`

/** `**1.20×** (1.15–1.31) 4.2 µs`: a ratio with its lowest and highest round, and the figure that it stands on. */
function cell({ samples, base, unit, over, plain }, key) {
  const values = samples.get(key)
  if (!values) return '–'
  const figure = `${digits(median(values))} ${unit}`
  if (plain) return values.length > 1 ? `${figure} (${digits(Math.min(...values))}–${digits(Math.max(...values))})` : figure
  if (key === base) return `1 · ${figure}`
  const { median: middle, low, high } = ratios(values, samples.get(base))
  const range = values.length > 1 ? ` (${digits(low)}–${digits(high)})` : ''
  return `**${times(middle)}**${range} ${figure}${over ? `, ${digits(above(values, samples.get(base)))} over` : ''}`
}

/** What a subject takes beyond another: the median of the rounds' differences. */
const above = (values, base) => median(values.map((value, round) => value - base[round]))

/** One table of several cases: a row a subject, a column a case. */
export function table(list, cases) {
  const rows = list.filter(({ key }) => cases.some(({ samples }) => samples.has(key)))
  return [`| | ${cases.map(({ name }) => name).join(' | ')} |`, `| --- |${' ---: |'.repeat(cases.length)}`, ...rows.map(({ key, title }) => `| ${title} | ${cases.map((one) => cell(one, key)).join(' | ')} |`)].join('\n')
}

/** What an aim is held to: a ratio to the base, what is above the base, or the figure itself. */
const KINDS = {
  ratio: (values, base) => ({ found: ratios(values, base).median, say: (value, _, title) => `${times(value)} of ${title}` }),
  over: (values, base) => ({ found: above(values, base), say: (value, unit, title) => `${digits(value)} ${unit} over ${title} (${times(ratios(values, base).median)})` }),
  atMost: (values) => ({ found: median(values), say: (value, unit) => `${digits(value)} ${unit}` }),
}

/** A line for each aim: met, or by how much not. */
export function verdicts(list, cases) {
  const titleOf = (key) => list.find((subject) => subject.key === key)?.title ?? key
  return cases.flatMap((one) =>
    Object.entries(one.aims ?? {}).filter(([key]) => one.samples.has(key)).map(([key, aim]) => {
      const [[kind, limit]] = Object.entries(aim)
      const { found, say } = KINDS[kind](one.samples.get(key), one.samples.get(one.base))
      const wanted = kind === 'ratio' ? times(limit) : `${limit} ${one.unit}`
      const verdict = found <= limit ? 'met' : `**not met**, by ${Math.round((found / limit - 1) * 100)} %`
      return `- ${titleOf(key)}, ${one.name}: ${say(found, one.unit, titleOf(one.base))}; at most ${wanted} wanted: ${verdict}.`
    }),
  )
}
