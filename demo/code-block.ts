/**
 * A language and code in, a block with a head out: whose language it is, and a button that copies it.
 * @module
 */
import { copyButton } from './clipboard.ts'
import { element } from './dom.ts'

/** A block of code; more of it may be appended to `text`. */
export interface CodeBlock {
  readonly root: HTMLElement
  readonly text: Text
}

/** Names that people write otherwise than models do. */
const NAMES: Readonly<Record<string, string>> = {
  js: 'JavaScript', mjs: 'JavaScript', javascript: 'JavaScript', ts: 'TypeScript', typescript: 'TypeScript', jsx: 'JSX', tsx: 'TSX', py: 'Python', python: 'Python',
  sh: 'Shell', bash: 'Bash', zsh: 'Zsh', powershell: 'PowerShell', ps1: 'PowerShell', cs: 'C#', csharp: 'C#', cpp: 'C++', 'c++': 'C++', c: 'C', java: 'Java', go: 'Go', rs: 'Rust', rust: 'Rust',
  html: 'HTML', css: 'CSS', json: 'JSON', jsonc: 'JSON', yaml: 'YAML', yml: 'YAML', xml: 'XML', sql: 'SQL', http: 'HTTP', md: 'Markdown', markdown: 'Markdown', kql: 'KQL', bicep: 'Bicep', text: 'Text', txt: 'Text',
}

/** Makes the block. `info` is what stands behind the fence: the language is its first word. */
export function codeBlock(info: string, code: string, say: (words: string) => void): CodeBlock {
  const word = info.trim().split(/\s/, 1)[0] ?? ''
  const known = word.toLowerCase()
  const language = Object.hasOwn(NAMES, known) ? (NAMES[known] ?? word) : word
  const text = document.createTextNode(code)
  const root = element(
    'div',
    { class: 'code' },
    // What it copies is read from the page, as more may have come since.
    element('div', { class: 'code-head' }, element('span', {}, language || 'Code'), copyButton('code', (button) => button.closest('.code')?.querySelector('code')?.textContent ?? '', say)),
    // Long lines scroll, by keyboard too.
    element('pre', { tabindex: '0', role: 'group', 'aria-label': language ? `Code, ${language}` : 'Code' }, element('code', {}, text)),
  )
  return { root, text }
}
