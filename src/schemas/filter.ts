/**
 * Content filter results in, one verdict out.
 * Runtimes: all. Imports: `../errors.ts`.
 * @module
 */
import type { ContentFilter, FilterVerdict } from '../errors.ts'
import type { WireObject } from './completion.ts'

/**
 * Reads filter results; `undefined` where there are none, as on most chunks.
 *
 * The categories are an open map. One named `error` means that the filter did not run; it is no failure of the request.
 */
export function contentFilter(results: WireObject | undefined, source: ContentFilter['source']): ContentFilter | undefined {
  if (!results) return undefined
  let filtered = false
  let found = false
  for (const name in results) {
    found = true
    if ((results[name] as FilterVerdict | null)?.filtered === true) filtered = true
  }
  return found ? { source, filtered, categories: results as ContentFilter['categories'] } : undefined
}
