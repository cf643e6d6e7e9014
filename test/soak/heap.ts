/**
 * Samples of a heap in, the line through them out, and a picture of both.
 * Runtimes: all. Imports: nothing.
 * @module
 */

/** Bytes in use after so many calls, garbage collected. */
export interface Sample {
  readonly calls: number
  readonly bytes: number
}

/** As much of a snapshot of V8's as is read: https://developer.chrome.com/docs/devtools/memory-problems/heap-snapshots */
interface Snapshot {
  readonly snapshot: { readonly meta: { readonly node_fields: readonly string[]; readonly node_types: readonly [readonly string[], ...unknown[]] } }
  readonly nodes: readonly number[]
}

/** What a script holds, and no compiled code, which grows while a page runs; nor what belongs to the browser, such as its records of requests. */
const HELD: readonly string[] = ['object', 'closure', 'array', 'string', 'concatenated string', 'sliced string', 'number', 'bigint', 'symbol', 'regexp']

/** Bytes of objects, functions and strings in a snapshot. */
export function heldIn(json: string): number {
  const { snapshot: { meta }, nodes } = JSON.parse(json) as Snapshot
  const [type, size] = ['type', 'self_size'].map((field) => meta.node_fields.indexOf(field)) as [number, number]
  let bytes = 0
  for (let at = 0; at < nodes.length; at += meta.node_fields.length) if (HELD.includes(meta.node_types[0][nodes[at + type] ?? 0] ?? '')) bytes += nodes[at + size] ?? 0
  return bytes
}

export interface Line {
  readonly bytesPerCall: number
  /** By how much the line rises from the first sample to the last, as a share of where it begins. */
  readonly growth: number
  readonly first: number
  readonly last: number
}

/** Fits a line by least squares, so that the noise of two samples decides nothing. */
export function lineThrough(samples: readonly Sample[]): Line {
  const mean = (of: (sample: Sample) => number): number => samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length
  const [x, y] = [mean(({ calls }) => calls), mean(({ bytes }) => bytes)]
  const spread = mean(({ calls }) => (calls - x) ** 2)
  const bytesPerCall = spread === 0 ? 0 : mean(({ calls, bytes }) => (calls - x) * (bytes - y)) / spread
  const at = (calls: number): number => y + bytesPerCall * (calls - x)
  const [first, last] = [at(samples[0]?.calls ?? 0), at(samples.at(-1)?.calls ?? 0)]
  return { bytesPerCall, growth: last / first - 1, first, last }
}

const [WIDTH, HEIGHT, LEFT, BOTTOM] = [720, 220, 48, 28]

/** Draws the samples; its greys and blue can be read on white and on black. */
export function heapChart(samples: readonly Sample[], warmUp: number): string {
  const most = Math.ceil(Math.max(...samples.map(({ bytes }) => bytes)) / 1e6)
  const calls = samples.at(-1)?.calls ?? 1
  const x = (at: number): number => Math.round(LEFT + (at / calls) * (WIDTH - LEFT - 16))
  const y = (bytes: number): number => Math.round((HEIGHT - BOTTOM - (bytes / (most * 1e6)) * (HEIGHT - BOTTOM - 24)) * 10) / 10
  const text = (at: number, to: number, words: string, anchor = 'middle'): string => `<text x="${at}" y="${to}" text-anchor="${anchor}">${words}</text>`
  const grid = Array.from({ length: most + 1 }, (_, mb) => `<path d="M${LEFT} ${y(mb * 1e6)}H${WIDTH - 16}" stroke="#888" stroke-opacity=".3"/>${text(LEFT - 8, y(mb * 1e6) + 4, `${mb} MB`, 'end')}`)
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => text(x(share * calls), HEIGHT - 8, share === 1 ? `${calls} calls` : String(Math.round(share * calls)), share === 1 ? 'end' : 'middle'))
  const dots = samples.map(({ calls: at, bytes }) => `<circle cx="${x(at)}" cy="${y(bytes)}" r="3"/>`)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" font-family="system-ui, sans-serif" font-size="12" fill="#808080">
<title>JavaScript heap of a page after forced collection, over ${calls} calls</title>
${grid.join('\n')}
${ticks.join('\n')}
<path d="M${x(warmUp)} ${y(0)}V20" stroke="#888" stroke-dasharray="3 3"/>
${text(x(warmUp) + 6, 18, 'the line is fitted from here on', 'start')}
<g fill="#3987e5"><path d="M${samples.map(({ calls: at, bytes }) => `${x(at)} ${y(bytes)}`).join('L')}" fill="none" stroke="#3987e5" stroke-width="2"/>${dots.join('')}</g>
</svg>
`
}
