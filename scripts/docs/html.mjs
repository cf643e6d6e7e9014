/**
 * Text in, HTML that says just that out.
 * Runtime: Node.
 * @module
 */

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Escapes a text for an element or for an attribute in double quotes. */
export function escape(text) {
  return String(text).replace(/[&<>"]/g, (character) => ENTITIES[character])
}

/** A text of HTML without its elements, as it reads. */
export function textOf(html) {
  const NAMED = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
  return html.replace(/<[^>]*>/g, '').replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => NAMED[name])
}

/**
 * The anchor that GitHub gives to a heading, so that links hold in both places; `taken` holds those of the page.
 *
 * @param {string} text
 * @param {Map<string, number>} taken
 * @returns {string}
 */
export function slugOf(text, taken) {
  const slug = text.toLowerCase().trim().replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '').replaceAll(' ', '-')
  const count = taken.get(slug) ?? 0
  taken.set(slug, count + 1)
  return count === 0 ? slug : `${slug}-${count}`
}
