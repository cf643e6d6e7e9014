/**
 * Code in, HTML out whose colours are classes: the page's policy allows no inline styles, and light and dark are the stylesheet's.
 * Runtime: Node.
 * @module
 */
import { createCssVariablesTheme, createHighlighter } from 'shiki'
import { escape } from './html.mjs'

const LANGUAGES = ['ts', 'tsx', 'js', 'json', 'jsonc', 'html', 'css', 'xml', 'sh', 'diff', 'http', 'nginx', 'toml']

/** Kinds of tokens, as the theme names them, and the class of each; what is not here has the colour of the text. */
const CLASSES = { constant: 'n', string: 's', comment: 'c', keyword: 'k', parameter: 'p', function: 'f', 'string-expression': 's', punctuation: 'o', link: 's', inserted: 'ins', deleted: 'del' }

/** @type {Promise<import('shiki').Highlighter> | undefined} */
let made

/**
 * Makes a function that highlights; texts of other languages come out plain.
 *
 * @returns {Promise<(code: string, language: string, link?: (name: string) => string | undefined) => string>}
 */
export async function createHighlight() {
  const theme = createCssVariablesTheme({ name: 'classes', variablePrefix: '--', fontStyle: false })
  const highlighter = await (made ??= createHighlighter({ themes: [theme], langs: LANGUAGES }))
  return function highlight(code, language, link = () => undefined) {
    const text = code.replace(/\n$/, '')
    if (!LANGUAGES.includes(language)) return escape(text)
    const { tokens } = highlighter.codeToTokens(text, { lang: language, theme: 'classes' })
    return tokens.map((line) => joined(line).map((token) => spanOf(token, link)).join('')).join('\n')
  }
}

/** Neighbours of one colour are one token, and spaces belong to any. */
function joined(line) {
  /** @type {{ content: string, kind: string }[]} */
  const tokens = []
  for (const { content, color = '' } of line) {
    const kind = CLASSES[/--token-([\w-]+)/.exec(color)?.[1] ?? ''] ?? ''
    const last = tokens.at(-1)
    if (last && (last.kind === kind || content.trim() === '')) last.content += content
    else tokens.push({ content, kind })
  }
  return tokens
}

function spanOf({ content, kind }, link) {
  // Names of types and functions lead to where they are described.
  const inner = kind === 's' || kind === 'c' ? escape(content) : content.split(/([A-Za-z_$][\w$]*)/).map((part, index) => {
    const href = index % 2 === 1 ? link(part) : undefined
    return href === undefined ? escape(part) : `<a href="${escape(href)}">${escape(part)}</a>`
  }).join('')
  return kind ? `<span class="t-${kind}">${inner}</span>` : inner
}
