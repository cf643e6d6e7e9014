/**
 * The line of figures above an answer: time to the first word, pace and time in all, with a curve of the pace. It stands above the words, as whatever stands
 * below them would be pushed on by each line, and it has its room from the start.
 * @module
 */
import type { Usage } from 'keyless-chat'
import { createChart } from './chart.ts'
import { element } from './dom.ts'
import { createPace, rateOf, tokensShown } from './pace.ts'

/** The figures of one answer. */
export interface Figures {
  readonly root: HTMLElement
  /** Counts a piece that came. */
  take(kind: 'words' | 'thoughts'): void
  /** Stands still, with tokens in place of pieces where the service has counted them. */
  close(usage: Usage | undefined): void
}

/** How often what is said changes: more often nobody could read it. */
const EVERY_MS = 250

/** Makes the figures. Their clock starts now. */
export function createFigures(): Figures {
  const start = performance.now()
  const pace = createPace()
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches
  const chart = createChart('No pace yet')
  const first = fact('first-token', 'First word')
  // A piece may be a part of a token or several: until the service has counted, pieces are all that there is.
  const rate = fact('rate', 'Chunks/s')
  const total = fact('total', 'Time')
  const root = element('div', { class: 'figures' }, chart.root, element('dl', {}, first.root, rate.root, total.root))
  let thoughts = false
  const timer = setInterval(() => {
    if (!root.isConnected) return clearInterval(timer)
    show(performance.now() - start, pace.chunks, 'Chunks/s')
    if (!still) chart.draw(pace.curve, 'Pace so far')
  }, EVERY_MS)

  function show(ms: number, count: number, name: string): void {
    const perSecond = rateOf(pace, count)
    rate.say(perSecond === undefined ? undefined : figure(perSecond), name)
    total.say(seconds(ms, 1))
  }

  return {
    root,
    take(kind) {
      if (kind === 'thoughts') thoughts = true
      pace.take(performance.now() - start)
      if (pace.chunks === 1) first.say(seconds(pace.firstMs ?? 0, 2))
    },
    close(usage) {
      clearInterval(timer)
      // Of an answer that never began there is nothing to tell.
      root.hidden = pace.chunks === 0
      const tokens = usage && tokensShown(usage, thoughts)
      const [count, name] = tokens === undefined ? [pace.chunks, 'Chunks/s'] : [tokens, 'Tokens/s']
      const ms = performance.now() - start
      show(ms, count, name)
      const each = pace.chunks > 0 ? count / pace.chunks : 0
      const curve = pace.curve.map((one) => one * each)
      const mean = rateOf(pace, count)
      const unit = tokens === undefined ? 'chunks' : 'tokens'
      chart.draw(curve, mean === undefined ? 'No pace: it came at once, or not at all' : `Pace over ${seconds(ms, 1)}: ${figure(mean)} ${unit} per second on average, at most ${figure(Math.max(...curve))}`)
    },
  }
}

function fact(name: string, label: string) {
  const term = element('dt', {}, label)
  const value = element('dd', {}, '–')
  return {
    root: element('div', { 'data-fact': name }, term, value),
    say(words: string | undefined, called = label) {
      term.textContent = called
      value.textContent = words ?? '–'
    },
  }
}

function seconds(ms: number, digits: number): string {
  return `${(ms / 1000).toFixed(digits)} s`
}

function figure(perSecond: number): string {
  return perSecond < 10 ? perSecond.toFixed(1) : String(Math.round(perSecond))
}
