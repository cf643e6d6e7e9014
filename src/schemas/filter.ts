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
  let verdict: ContentFilter | undefined
  for (const name in results) {
    const { filtered } = (results[name] ?? {}) as FilterVerdict
    if (!verdict || filtered === true) verdict = { source, filtered: filtered === true, categories: results as ContentFilter['categories'] }
  }
  return verdict
}
