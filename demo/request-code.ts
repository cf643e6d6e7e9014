/**
 * A request in, the program out that sends it: TypeScript with this library, for a reader to copy.
 * @module
 */
import type { ChatRequest } from 'keyless-chat'
import type { Config } from './config.ts'
import type { Way } from './question.ts'

/** A picture or a file in base64 would fill the page with nothing to read. */
const LONG = 200
const SHOWN = 48

/** Writes the program. */
export function codeFor(request: ChatRequest, way: Way, config: Config): string {
  const { imports, token } = signIn(config)
  const scope = config.scope ? `, scope: ${text(config.scope)}` : ''
  const asked = way === 'data' ? { ...request, data_sources: config.dataSources } : request
  const [entry, call, more] = CALLS[way]
  return [
    way === 'words' || way === 'data' ? "import { connect, streamChat } from 'keyless-chat'" : "import { connect } from 'keyless-chat'",
    ...(entry ? [entry] : []),
    ...imports,
    '',
    ...token.slice(0, -1),
    `const foundry = connect({ endpoint: ${text(config.endpoint)}${scope}, token: ${token.at(-1)} })`,
    '',
    `const request = ${literal(asked, 0)} as const`,
    '',
    `const stream = ${call}`,
    ...more,
    '',
  ].join('\n')
}

const SPEAK = ["for await (const event of stream) if (event.type === 'text') show(event.text)"]

const CALLS: Readonly<Record<Way, readonly [entry: string, call: string, more: readonly string[]]>> = {
  words: ['', 'streamChat(foundry, request)', SPEAK],
  data: ['', 'streamChat(foundry, request)', SPEAK],
  tools: ["import { runTools } from 'keyless-chat/tools'", 'runTools(foundry, request, { tools, approve: askTheUser })', SPEAK],
  form: ["import { streamAs } from 'keyless-chat/structured'", "streamAs(foundry, request, schema, { name: 'trip' })", ['for await (const partial of stream) show(partial)', 'const { value } = await stream.result']],
}

/** How the program gets its tokens, its last line as an expression. */
function signIn({ mode, tokenUrl, clientId, authority }: Config): { readonly imports: readonly string[]; readonly token: readonly string[] } {
  if (mode !== 'msal') return { imports: ["import { brokerTokens } from 'keyless-chat/broker'"], token: [`brokerTokens(${text(tokenUrl)})`] }
  return {
    imports: ["import { createStandardPublicClientApplication } from '@azure/msal-browser'", "import { msalTokens } from 'keyless-chat/msal'"],
    token: [`const app = await createStandardPublicClientApplication({ auth: { clientId: ${text(clientId)}, authority: ${text(authority)} } })`, 'msalTokens(app)'],
  }
}

function literal(value: unknown, depth: number): string {
  const inside = '  '.repeat(depth + 1)
  const outside = '  '.repeat(depth)
  if (typeof value === 'string') return text(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Array.isArray(value)
    ? value.map((one) => literal(one, depth + 1))
    : Object.entries(value).filter(([, member]) => member !== undefined).map(([name, member]) => `${/^[A-Za-z_]\w*$/.test(name) ? name : text(name)}: ${literal(member, depth + 1)}`)
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{ ', ' }']
  const line = `${open}${members.join(', ')}${close}`
  if (members.length === 0) return Array.isArray(value) ? '[]' : '{}'
  if (line.length + depth * 2 <= 90 && !line.includes('\n')) return line
  return `${open.trim()}\n${members.map((member) => `${inside}${member},\n`).join('')}${outside}${close.trim()}`
}

/** Writes a text as code; of a picture or a file, how it begins. */
function text(value: string): string {
  const cut = value.startsWith('data:') && value.length > LONG ? `${value.slice(0, SHOWN)}…` : value
  return `'${JSON.stringify(cut).slice(1, -1).replaceAll(String.raw`\"`, '"').replaceAll("'", String.raw`\'`)}'`
}
