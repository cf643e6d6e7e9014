/**
 * A code block in, its figure out: highlighted, with what a button needs that copies or runs it.
 * Runtime: Node.
 * @module
 */
import { stripTypeScriptTypes } from 'node:module'
import { escape } from './html.mjs'

const NAMES = { ts: 'TypeScript', tsx: 'TSX', js: 'JavaScript', sh: 'Shell', json: 'JSON', html: 'HTML', css: 'CSS', http: 'HTTP', diff: 'Difference', xml: 'XML', nginx: 'nginx' }

/**
 * Writes a block.
 *
 * @param {Pick<import('./blocks.mjs').Block, 'code' | 'language' | 'mode'> & { run?: string | undefined, line?: number }} block
 * @param {{ highlight: (code: string, language: string, link?: (name: string) => string | undefined) => string, path: string, link?: (name: string) => string | undefined }} options
 */
export function codeFigure({ code, language, mode, run }, { highlight, link }) {
  const name = mode === 'server' ? 'TypeScript, on a server' : (NAMES[language] ?? (language || 'Text'))
  const pre = `<pre tabindex="0" aria-label="${escape(name)}"><code>${highlight(code, language, link)}</code></pre>`
  if (mode !== 'live') return `<div class="code" data-language="${escape(name)}">${pre}</div>\n`
  const source = `<textarea class="source" hidden readonly aria-label="Source">\n${escape(withoutTypes(code).trim())}</textarea>`
  return `<div class="code live" data-language="${escape(name)}"${run ? ` data-run="${escape(run)}"` : ''}>${pre}${source}</div>\n`
}

/**
 * TypeScript without its types, as a reader would have written it: what Node blanks out is taken out, and lines that were nothing else with it.
 *
 * @param {string} code
 */
export function withoutTypes(code) {
  const stripped = stripTypeScriptTypes(code)
  let out = ''
  for (let at = 0; at < code.length; ) {
    if (stripped[at] === code[at]) {
      out += code[at++]
      continue
    }
    // To the last blanked character of this run, the blanks within included.
    let end = at
    for (let next = at; next < code.length && /\s/.test(stripped[next]); next++) if (stripped[next] !== code[next]) end = next + 1
    const lineStart = /(^|\n)[ \t]*$/.test(out)
    at = end
    if (lineStart && (code[at] === '\n' || at === code.length)) at++
    else if (lineStart || /\s$/.test(out)) out = out.replace(/[ \t]+$/, (spaces) => (lineStart || code[at] !== '\n' ? spaces : ''))
  }
  return out.replace(/,\s*\}( from)/g, ' }$1').replace(/[ \t]+$/gm, '')
}
