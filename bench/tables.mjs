/**
 * What was measured in, tables in Markdown and verdicts on the aims out.
 * Runtime: Node. Imports: nothing of the package.
 * @module
 */
import { median, ratios } from './rounds.mjs'

const digits = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2))
export const times = (ratio) => `${digits(ratio)}×`

/** `**1.20×** (1.15–1.31) 4.2 µs`: a ratio with its lowest and highest round, and the figure that it stands on. */
function cell({ samples, base, unit }, key) {
  const values = samples.get(key)
  if (!values) return '–'
  const figure = `${digits(median(values))} ${unit}`
  if (key === base) return `1 · ${figure}`
  const { median: middle, low, high } = ratios(values, samples.get(base))
  return `**${times(middle)}** (${digits(low)}–${digits(high)}) ${figure}`
}

/** One table of several cases: a row a subject, a column a case. */
export function table(list, cases) {
  const rows = list.filter(({ key }) => cases.some(({ samples }) => samples.has(key)))
  return [`| | ${cases.map(({ name }) => name).join(' | ')} |`, `| --- |${' ---: |'.repeat(cases.length)}`, ...rows.map(({ key, title }) => `| ${title} | ${cases.map((one) => cell(one, key)).join(' | ')} |`)].join('\n')
}

/** A line for each aim: met, or by how much not. */
export function verdicts(list, cases) {
  const titleOf = (key) => list.find((subject) => subject.key === key)?.title ?? key
  return cases.flatMap((one) =>
    Object.entries(one.aims ?? {}).filter(([key]) => one.samples.has(key)).map(([key, { ratio }]) => {
      const { median: middle } = ratios(one.samples.get(key), one.samples.get(one.base))
      const met = middle <= ratio ? 'met' : `**not met**, by ${Math.round((middle / ratio - 1) * 100)} %`
      return `- ${titleOf(key)}, ${one.name}: ${times(middle)} of ${titleOf(one.base)}, within ${times(ratio)} wanted: ${met}.`
    }),
  )
}
