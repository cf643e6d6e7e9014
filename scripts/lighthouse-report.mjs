/**
 * What Lighthouse found, in words: the median of some runs, a table, and what falls short.
 * @module
 */
import { readdirSync } from 'node:fs'

/** The lowest score, of 100. */
export const WANTED = 95
const HELD = ['performance', 'accessibility']
/** Below it a desktop is busy with something else, and times are not the page's. https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md#benchmarking-cpu-power */
const CALM = 1000
const METRICS = { lcp: 'largest-contentful-paint', tbt: 'total-blocking-time', cls: 'cumulative-layout-shift', bytes: 'total-byte-weight' }

/**
 * @typedef {object} Row
 * @property {string} page
 * @property {string} form
 * @property {Readonly<Record<string, number>>} scores By category, of 100
 * @property {Readonly<Record<string, number>>} metrics
 * @property {number} speed Lighthouse's benchmark of the machine, the lowest of the runs
 * @property {readonly string[]} failing What keeps the held scores down, most costly first
 */

/**
 * Takes of each score and metric the middle one; what keeps scores down is that of the run with the lowest ones.
 *
 * @param {readonly import('lighthouse').Result[]} runs
 * @returns {Omit<Row, 'page' | 'form'>}
 */
export function median(runs) {
  const middle = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
  const scores = Object.fromEntries(Object.keys(runs[0].categories).map((name) => [name, middle(runs.map(({ categories }) => Math.round((categories[name].score ?? 0) * 100)))]))
  const metrics = Object.fromEntries(Object.entries(METRICS).map(([name, audit]) => [name, middle(runs.map(({ audits }) => audits[audit]?.numericValue ?? 0))]))
  return { scores, metrics, speed: Math.min(...runs.map(({ environment }) => environment.benchmarkIndex)), failing: failing(runs.toSorted((a, b) => a.categories.performance.score - b.categories.performance.score)[0]) }
}

/** Audits that cost points, each with the first places that it names. */
function failing({ categories, audits }) {
  return Object.entries(categories).flatMap(([category, { auditRefs }]) =>
    auditRefs
      .filter(({ id, weight }) => weight > 0 && audits[id].score !== null && audits[id].score < 0.9)
      .toSorted((a, b) => b.weight - a.weight)
      .map(({ id }) => `${category}: ${audits[id].title}${audits[id].displayValue ? ` (${audits[id].displayValue})` : ''}${places(audits[id])}`))
}

function places({ details }) {
  const named = (details?.items ?? []).flatMap((item) => item.node?.snippet ?? item.description ?? item.url ?? item.source ?? []).slice(0, 3)
  return named.length > 0 ? `: ${named.join(', ')}` : ''
}

/** One line for each measured page, while the next is measured. @param {Row} row */
export function describeRun({ page, form, scores, failing: reasons }) {
  return [`${page}, ${form}: ${Object.entries(scores).map(([name, score]) => `${name} ${score}`).join(', ')}`, ...reasons.map((reason) => `  ${reason}`)].join('\n')
}

/** Says where the machine had something else to do; `''` where it had not. @param {readonly Row[]} rows */
export function busy(rows) {
  const slow = rows.filter(({ speed }) => speed < CALM)
  return slow.length === 0 ? '' : `The machine was slow or busy: Lighthouse's benchmark says ${Math.round(Math.min(...slow.map(({ speed }) => speed)))}, and ${CALM} or more of a calm desktop. Blocked times are not the page's alone then: measure again`
}

/** @param {readonly Row[]} rows */
export function table(rows) {
  const line = ({ page, form, scores, metrics: { lcp, tbt, cls, bytes } }) =>
    `| ${page} | ${form} | ${scores.performance} | ${scores.accessibility} | ${scores['best-practices']} | ${scores.seo} | ${(lcp / 1000).toFixed(1)} s | ${Math.round(tbt)} ms | ${cls.toFixed(3)} | ${Math.round(bytes / 1000)} kB |`
  return ['| page | as on | performance | accessibility | best practices | SEO | largest paint | blocked | shift | sent |', '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |', ...rows.map(line)].join('\n')
}

/** Says which held scores are too low. @param {readonly Row[]} rows */
export function shortfalls(rows) {
  return rows.flatMap(({ page, form, scores, failing: reasons }) =>
    HELD.filter((name) => !(scores[name] >= WANTED)).map((name) => `${page}, ${form}: ${name} is ${scores[name]}, below ${WANTED}${reasons.filter((reason) => reason.startsWith(name)).map((reason) => `\n  ${reason}`).join('')}`))
}

/**
 * Finds in the built documentation a page of each kind: the start, one of an error, one of the API.
 *
 * @param {string} folder
 * @param {string} below Where it is served
 * @returns {Record<string, string>} Paths by the kinds' names
 * @throws `Error` where there is none of a kind.
 */
export function findPages(folder, below) {
  const files = readdirSync(folder, { recursive: true }).map((name) => String(name).replaceAll('\\', '/')).filter((name) => name.endsWith('.html')).toSorted()
  // One that many will read, else any.
  const find = (kind, ...patterns) => {
    const file = patterns.map((pattern) => files.find((name) => pattern.test(name))).find((name) => name !== undefined)
    if (file === undefined) throw new Error(`Cannot measure the documentation as it has no page for ${kind}: it has ${files.slice(0, 8).join(', ')}`)
    return `${below}/${file.replace(/(^|\/)index\.html$/, '$1')}`
  }
  return { docs: find('the start', /^index\.html$/), error: find('an error', /^errors\/rate-limited\b/, /^errors\/.+\.html$/), api: find('the API', /^api\/keyless-chat\b/, /^api\/.+\.html$/) }
}
