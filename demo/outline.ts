/**
 * Depths of a model's headings in, levels of the page's out: none is skipped, however deep the model begins, as screen readers list them by level.
 * https://www.w3.org/WAI/tutorials/page-structure/headings/
 * @module
 */

/** Levels below an answer's own heading, which has the second. */
export type HeadingLevel = 3 | 4 | 5 | 6

/** The headings so far. */
export interface Outline {
  /** Depths of those that the next words are below, outermost first. */
  readonly above: readonly number[]
  /** Takes the next heading, and says its level. */
  level(depth: number): HeadingLevel
}

/** Makes one that goes on below other headings. */
export function createOutline(above: readonly number[] = []): Outline {
  let depths = above
  return {
    get above() {
      return depths
    },
    level(depth) {
      depths = [...depths.filter((outer) => outer < depth), depth]
      return Math.min(2 + depths.length, 6) as HeadingLevel
    },
  }
}
