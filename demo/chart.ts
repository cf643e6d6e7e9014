/**
 * Figures in, a small curve out. It has its room before it has a line, and it is drawn by attributes alone: the page allows no styles in markup.
 * @module
 */

const SVG = 'http://www.w3.org/2000/svg'
const WIDTH = 96
const HEIGHT = 20

/** A curve. */
export interface Chart {
  readonly root: SVGSVGElement
  /** Draws figures, and says them in words. */
  draw(figures: readonly number[], words: string): void
}

/** Makes an empty curve. */
export function createChart(words: string): Chart {
  const root = drawn('svg', { class: 'chart', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: String(WIDTH), height: String(HEIGHT), preserveAspectRatio: 'none', role: 'img', 'aria-label': words })
  const area = drawn('path', { class: 'area' })
  const line = drawn('path', { class: 'line' })
  root.append(drawn('path', { class: 'base', d: `M0 ${HEIGHT - 0.5}H${WIDTH}` }), area, line)

  return {
    root,
    draw(figures, said) {
      root.setAttribute('aria-label', said)
      if (figures.length < 2) return
      const most = Math.max(...figures)
      const points = figures.map((figure, index) => `${round((index * WIDTH) / (figures.length - 1))} ${round(HEIGHT - 1 - (figure / most) * (HEIGHT - 3))}`)
      line.setAttribute('d', `M${points.join('L')}`)
      area.setAttribute('d', `M${points.join('L')}V${HEIGHT}H0Z`)
    },
  }
}

function drawn<Name extends keyof SVGElementTagNameMap>(name: Name, attributes: Readonly<Record<string, string>>): SVGElementTagNameMap[Name] {
  const made = document.createElementNS(SVG, name)
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value)
  return made
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
