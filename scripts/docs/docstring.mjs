/**
 * A docstring in, its parts out.
 * Runtime: Node.
 * @module
 */

/**
 * @typedef {object} Doc
 * @property {string} summary Its first paragraph, Markdown
 * @property {string} text All of it but the tags, Markdown
 * @property {string | undefined} fallback What `@defaultValue` says
 * @property {string | undefined} returns
 * @property {{ name: string, text: string }[]} params
 * @property {string[]} throws
 * @property {string[]} examples
 * @property {string[]} see
 */

const TAGS = /(?:^|\s)@(module|param|returns?|throws|defaultValue|example|see|typeParam|deprecated)\b[ \t]*/g

/**
 * Takes a docstring apart; tags may stand within a line, as in `How long. @defaultValue 1`.
 *
 * @param {string} comment Without its ends
 * @returns {Doc}
 */
export function parseDoc(comment) {
  const plain = comment.replace(/^[ \t]*\*[ \t]?/gm, '').trim()
  // An example may hold what looks like a tag.
  const parts = []
  let from = 0
  let tag = ''
  for (const match of plain.replace(/```[^]*?```/g, (block) => block.replaceAll('@', '\u0000')).matchAll(TAGS)) {
    parts.push({ tag, text: plain.slice(from, match.index).trim() })
    tag = match[1] ?? ''
    from = match.index + match[0].length
  }
  parts.push({ tag, text: plain.slice(from).trim() })
  const of = (...names) => parts.filter((part) => names.includes(part.tag)).map(({ text }) => text)
  const [text = ''] = of('')
  return {
    summary: text.split(/\n\s*\n/)[0] ?? '',
    text,
    fallback: of('defaultValue')[0],
    returns: of('returns', 'return')[0],
    params: of('param').map((param) => {
      const [, name = '', words = ''] = /^([\w.$]+)\s*(?:-\s*)?([^]*)$/.exec(param) ?? []
      return { name, text: words }
    }),
    throws: of('throws'),
    examples: of('example'),
    see: of('see'),
  }
}
