/**
 * What was measured in, tables that put ratios first out.
 * Runtime: Node. Imports: `./loads.mjs`.
 * @module
 */
import { KINDS } from './loads.mjs'

/** What the relay aims at, as ratios to the bare pass-through. */
const MOST_FIRST_BYTE = 1.2
const LEAST_THROUGHPUT = 0.9
/** With fewer answers in a round there is no 95th percentile. */
const MIN_FOR_P95 = 20
/** Processor time is counted in steps of 10 ms; with less than this, one step would be too much of it. */
const MIN_CPU_MS = 50

const NONE = '–'
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0)
const times = (ratio) => `${ratio.toFixed(2)}×`
const short = (number) => (number >= 10 ? Math.round(number).toString() : number.toPrecision(2))
const row = (...cells) => `| ${cells.join(' | ')} |`

/** The middle of numbers; between the two in the middle where there are two. */
export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) / 2
  return (sorted[Math.floor(at)] + sorted[Math.ceil(at)]) / 2
}

const p95 = (numbers) => numbers.toSorted((a, b) => a - b)[Math.ceil(numbers.length * 0.95) - 1]

/** The median of the rounds' ratios, and between what they were. */
function ratioOf(rounds, base, figure) {
  const ratios = rounds.map((round, index) => figure(round) / figure(base[index]))
  const spread = ratios.length > 1 ? ` (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})` : ''
  return { ratio: median(ratios), spread }
}

function cell(rounds, base, figure, unit) {
  const absolute = `${short(median(rounds.map(figure)))} ${unit}`
  if (rounds === base) return absolute
  const { ratio, spread } = ratioOf(rounds, base, figure)
  return `**${times(ratio)}**${spread} ${absolute}`
}

function cpuCell(rounds, base, calls) {
  const per = (round) => (calls ? round.answers : round.count)
  const unit = calls ? 'µs/call' : 'µs'
  const all = [...rounds, ...base].map(({ workerMs }) => workerMs)
  if (all.some((ms) => Number.isNaN(ms))) return 'no /proc'
  if (all.every((ms) => ms >= MIN_CPU_MS)) return cell(rounds, base, (round) => (round.workerMs * 1000) / per(round), unit)
  // All rounds together are long enough, if any of this is.
  const [own, bare] = [rounds, base].map((list) => ({ ms: sum(list.map(({ workerMs }) => workerMs)), count: sum(list.map(per)) }))
  if (own.ms < MIN_CPU_MS) return NONE
  const absolute = `${short((own.ms * 1000) / own.count)} ${unit}`
  return rounds === base || bare.ms < MIN_CPU_MS ? absolute : `**${times(own.ms / own.count / (bare.ms / bare.count))}** ${absolute}`
}

const firstByte = ({ firstMs }) => median(firstMs)
const throughput = ({ count, ms }) => (count * 1000) / ms

/** The table of the loads. `measured` holds, by load and kind, what each round gave. */
export function loadsTable(measured) {
  const rows = [row('load', 'Worker', 'first byte, median', 'first byte, p95', 'events/s', 'CPU per event'), row('---', '---', '---', '---', '---', '---')]
  for (const { load, kinds } of measured) {
    const base = kinds.get('bare')
    for (const [kind, rounds] of kinds) {
      const enough = rounds[0].firstMs.length >= MIN_FOR_P95
      rows.push(row(load.name, KINDS[kind], cell(rounds, base, firstByte, 'ms'), enough ? cell(rounds, base, ({ firstMs }) => p95(firstMs), 'ms') : NONE, cell(rounds, base, throughput, '/s'), cpuCell(rounds, base, load.calls)))
    }
  }
  return rows.join('\n')
}

/** The table of leaving: from then until the upstream's connection is closed. */
export function leavesTable(measured) {
  const rows = [row('reader', 'Worker', 'upstream closed after, median', 'longest'), row('---', '---', '---', '---')]
  for (const { leave, kinds } of measured) for (const [kind, ms] of kinds) rows.push(row(leave.name, KINDS[kind], `${short(median(ms))} ms`, `${short(Math.max(...ms))} ms`))
  return rows.join('\n')
}

/** Which aims hold where, in words. */
export function aims(measured) {
  const judged = measured.map(({ load, kinds }) => {
    const [base, rounds] = [kinds.get('bare'), kinds.get('relay')]
    return { name: load.name, first: ratioOf(rounds, base, firstByte).ratio, events: ratioOf(rounds, base, throughput).ratio }
  })
  const say = (aim, key, holds) => {
    const list = (wanted) => judged.filter((one) => holds(one[key]) === wanted).map((one) => `${one.name} (${times(one[key])})`).join('; ') || 'nowhere'
    return `- ${aim}. Met: ${list(true)}. **Not met**: ${list(false)}.`
  }
  return [
    say(`First byte within ${MOST_FIRST_BYTE}× of bare`, 'first', (ratio) => ratio <= MOST_FIRST_BYTE),
    say(`Throughput at least ${LEAST_THROUGHPUT}× of bare`, 'events', (ratio) => ratio >= LEAST_THROUGHPUT),
  ].join('\n')
}

/** How busy the processes were that measure, of one core each, at most: whether it was they who were measured. */
export function busiest(measured) {
  const rounds = measured.flatMap(({ kinds }) => [...kinds.values()].flat())
  const most = (key) => `${Math.round(Math.max(...rounds.map((round) => round[key] / round.ms)) * 100)} %`
  return `Of a core, at most: client ${most('clientMs')}, upstream ${rounds.some(({ upstreamMs }) => Number.isNaN(upstreamMs)) ? 'unknown, as there is no /proc' : most('upstreamMs')}.`
}
