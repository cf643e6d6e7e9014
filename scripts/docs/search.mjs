/**
 * The sections of all pages in, the index of the search out: words, and in which sections they stand.
 * Runtime: Node.
 * @module
 */

const SNIPPET = 150
/** A word in a title counts as much as so many in the text; of the text so many count, as a long one has any word often. */
const TITLE_WEIGHT = 12
const MOST_IN_TEXT = 3

/**
 * Makes the index.
 *
 * @param {{ path: string, title: string, sections: { id: string, title: string, text: string }[] }[]} pages
 * @returns {{ sections: [url: string, page: string, title: string, snippet: string][], words: Record<string, number[]> }} Of each word the numbers of
 * sections and weights in turn
 */
export function indexOf(pages) {
  /** @type {[string, string, string, string][]} */
  const sections = []
  /** @type {Map<string, Map<number, number>>} */
  const words = new Map()
  for (const { path, title: page, sections: found } of pages) {
    for (const { id, title, text } of found) {
      const at = sections.push([id ? `${path}#${id}` : path, page, title, text.slice(0, SNIPPET).trim()]) - 1
      for (const [part, weight] of [[title, id ? TITLE_WEIGHT : 2 * TITLE_WEIGHT], [page, TITLE_WEIGHT / 2], [text, 1]]) {
        for (const word of wordsOf(part)) {
          const places = words.get(word) ?? new Map()
          const before = places.get(at) ?? 0
          places.set(at, weight > 1 ? Math.max(before, weight) : before % TITLE_WEIGHT < MOST_IN_TEXT ? before + 1 : before)
          words.set(word, places)
        }
      }
    }
  }
  const sorted = [...words].sort(([a], [b]) => (a < b ? -1 : 1))
  return { sections, words: Object.fromEntries(sorted.map(([word, places]) => [word, [...places].flat()])) }
}

/** The words of a text, in lower case; names such as `streamChat` and `rate-limited` are words with their parts. */
function wordsOf(text) {
  const found = []
  for (const [word] of text.matchAll(/[\p{L}\p{N}_-]{2,40}/gu)) {
    const parts = word.split(/[-_]|(?<=\p{Ll})(?=\p{Lu})/u)
    for (const part of new Set(parts.length > 1 ? [word, ...parts] : [word])) if (part.length > 1) found.push(part.toLowerCase())
  }
  return found
}
