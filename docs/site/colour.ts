/**
 * A JavaScript text in, its tokens with the stylesheet's classes out: for text that a reader is writing.
 * @module
 */
import { element } from './element.ts'

const TOKENS = /(?<c>\/\/[^\n]*|\/\*[^]*?(?:\*\/|$))|(?<s>'(?:\\.|[^'\\\n])*'?|"(?:\\.|[^"\\\n])*"?|`(?:\\.|[^`\\])*`?)|(?<k>\b(?:as|async|await|break|case|catch|class|const|continue|default|delete|do|else|export|extends|finally|for|from|function|if|import|in|instanceof|interface|let|new|of|return|static|switch|throw|try|type|typeof|var|void|while|yield)\b)|(?<n>\b(?:true|false|null|undefined|\d[\d_.]*)\b)|(?<f>[A-Za-z_$][\w$]*(?=\())/g

/** The nodes that show a text in colours. */
export function colour(code: string): (Node | string)[] {
  const nodes: (Node | string)[] = []
  let from = 0
  for (const match of code.matchAll(TOKENS)) {
    const [kind] = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined) ?? []
    if (match.index > from) nodes.push(code.slice(from, match.index))
    nodes.push(element('span', { class: `t-${kind}` }, match[0]))
    from = match.index + match[0].length
  }
  // A last line that is empty has a height only if something stands in it.
  nodes.push(`${code.slice(from)}\n`)
  return nodes
}
