/**
 * A Markdown text in, its fenced code blocks out, each with what the comments after it say of how it is run.
 *
 * ```` ```ts live ```` has the mode `live`. `<!-- run: await ask(foundry) -->` right after a block is what runs it, `<!-- run: throws truncated -->` the code
 * that it must fail with, both in one as `<!-- run: throws truncated: await ask(foundry) -->`, and `<!-- not run: why -->` the reason why it is not run at all.
 * Runtime: Node.
 * @module
 */

/**
 * @typedef {object} Block
 * @property {string} language `ts`, `sh`, … or `''`
 * @property {string} mode What follows the language: `''`, `server`, `live`
 * @property {string} code With a line break at its end
 * @property {number} line Of its first fence, from 1
 * @property {string | undefined} run A function's body that runs it, once it is imported
 * @property {string | undefined} throws The code that it must fail with
 * @property {string | undefined} notRun Why it is not run
 */

/**
 * Lists the blocks of a text, in order.
 *
 * @param {string} markdown
 * @returns {Block[]}
 */
export function blocksOf(markdown) {
  const lines = markdown.split(/\r?\n/)
  /** @type {Block[]} */
  const blocks = []
  for (let at = 0; at < lines.length; at++) {
    const [, indent = '', fence, language = '', mode = ''] = /^( *)(`{3,})([\w+-]*) *([^`]*?) *$/.exec(lines[at] ?? '') ?? []
    if (fence === undefined) continue
    const end = lines.findIndex((text, index) => index > at && text.trim().startsWith(fence) && /^ *`+ *$/.test(text))
    if (end < 0) throw new Error(`Cannot read the code block of line ${at + 1} as it does not end`)
    const code = lines.slice(at + 1, end).map((text) => (text.startsWith(indent) ? text.slice(indent.length) : text.trimStart()))
    blocks.push({ language, mode, code: code.join('\n') + '\n', line: at + 1, ...directives(lines.slice(end + 1).join('\n')) })
    at = end
  }
  return blocks
}

/** Reads the comments that a text begins with. */
function directives(text) {
  /** @type {{ run: string | undefined, throws: string | undefined, notRun: string | undefined }} */
  const found = { run: undefined, throws: undefined, notRun: undefined }
  for (let rest = text; ; ) {
    const [all, kind, words = ''] = /^\s*<!--\s*(not run|run):\s*([^]*?)\s*-->/.exec(rest) ?? []
    if (all === undefined) return found
    rest = rest.slice(all.length)
    if (kind === 'not run') found.notRun = words
    else {
      const [, code, body] = /^throws ([a-z-]+)(?::\s*([^]+))?$/.exec(words) ?? []
      if (code) found.throws = code
      const run = code ? body : words
      if (run) found.run = run
    }
  }
}
