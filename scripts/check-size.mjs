/**
 * Weighs what a page pays for each entry, and holds the budgets of package.json, the table and script tag in README.md, docs/cdn.md
 * and this version's row of docs/sizes.json true.
 * `--write` brings them up to date. Measures `dist/`: run `npm run build` first.
 *
 * The figure is brotli (quality 11) of the minified page with everything inlined; 1 kB is 1000 bytes. With a plus, it is what an entry adds to a page
 * that chats by `keyless-chat/core`. The budgets of `.` and `./core` are to the byte what chat alone cost before there was more than chat.
 * @module
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { brotliCompressSync, constants } from 'node:zlib'
import resolve from '@rollup/plugin-node-resolve'
import { rollup } from 'rollup'
import { cdnSections, moduleFile } from './cdn.mjs'
import { entriesOf, readPackage, root, scriptTag } from './entries.mjs'
import { minify } from './minify.mjs'
import { syncSections } from './sections.mjs'
import { kB, newestVersion, syncSizes } from './sizes.mjs'

/** A page that makes one streaming call with a token callback. */
const call = (specifier) => `
  import { connect, streamChat } from '${specifier}'
  const foundry = connect({ endpoint: 'https://contoso.services.ai.azure.com', token: () => getToken() })
  const stream = streamChat(foundry, { model: 'gpt-5-mini', messages: [{ role: 'user', content: 'Hello' }] })
  for await (const event of stream) if (event.type === 'text') output.append(event.text)
`
/** A page that reads a stream of its own. */
const read = (specifier) => `
  import { decode } from '${specifier}'
  for await (const { data } of decode((await fetch('/events')).body)) output.append(data)
`
/** A page that hands tokens to a connection of its own. */
const provide = (name, source) => (specifier) => `
  import { ${name} } from '${specifier}'
  export const token = ${name}(${source})
`
/** A Worker that relays and brokers, with an application's credential. */
const serve = (specifier) => `export { clientCredentials, createBroker, createRelay, relayTokens } from '${specifier}'`
/** What a page that chats by core adds where it takes more; weighed by what it adds. */
const add = (names, use) => (specifier) => `${call('keyless-chat/core')}
  import { ${names} } from '${specifier}'
  ${use}
`
const ADDED = {
  './responses': add('responses', 'for await (const word of streamChat(responses(foundry), request).text) output.append(word)'),
  './tools': add('runTools, tool', "for await (const word of runTools(foundry, request, { tools: [tool({ name: 'now', run: () => Date() })] }).text) output.append(word)"),
  './structured': add('chatAs, streamAs', 'for await (const value of streamAs(foundry, request, schema)) show(value)\n  show((await chatAs(foundry, request, schema)).value)'),
  './embeddings': add('embed', 'show((await embed(foundry, { input: texts })).embeddings)'),
  './content': add('audioPart, filePart, imagePart, textPart', 'show([textPart(text), await imagePart(blob), await audioPart(blob), await filePart(blob)])'),
  './conversation': add('conversation', 'conversation().append(question)'),
}
/** Entries without a page here are weighed with all that they export. */
const PAGES = { ...ADDED, '.': call, './core': call, './sse': read, './msal': provide('msalTokens', 'app'), './broker': provide('brokerTokens', "'/api/token'"), './edge': serve }
const everything = (specifier) => `export * from '${specifier}'`

/** What no page may carry: the globals and modules of servers, and places where a token could be left. */
const FOREIGN = [/\bprocess\./, /\bDeno\b/, /\bBun\b/, /\bBuffer\b/, /["']node:/, /\blocalStorage\b/, /\bdocument\./]

/** Entries that are for servers and development alone. */
const SERVER = new Set(['./edge', './quota', './emulator'])

/** Packages that an entry must not lead to; for `.` and its peers, their weight is in the budget. */
const NEVER = { './errors': ['ky', 'valibot', 'jose'], './sse': ['ky', 'valibot', 'jose'], './core': ['ky', 'jose'], './responses': ['ky', 'valibot', 'jose'], './tools': ['ky', 'valibot', 'jose'], './structured': ['ky', 'valibot', 'jose'], './embeddings': ['ky', 'valibot', 'jose'], './content': ['ky', 'valibot', 'jose'], './conversation': ['ky', 'valibot', 'jose'], '.': ['jose'], './msal': ['ky', 'valibot', 'jose', '@azure/msal-browser', '@azure/msal-common'], './broker': ['ky', 'jose'], './edge': ['ky'], './quota': ['ky', 'valibot', 'jose', 'oauth4webapi'], './emulator': ['ky', 'valibot', 'oauth4webapi'] }

process.chdir(root)
const manifest = readPackage()
const entries = entriesOf(manifest)
const problems = []
const rows = []
/** Bytes, by the names of the table. */
const bytes = {}

const subjects = [...entries.map(({ subpath }) => subpath), scriptTag.file.slice('dist/'.length)]
for (const subject of Object.keys(manifest.budgets)) if (!subjects.includes(subject)) problems.push(`budgets: there is no entry ${subject}`)

for (const { subpath, specifier } of entries) {
  const page = await bundled(PAGES[subpath] ?? everything, specifier).catch((error) => void problems.push(`${subpath}: cannot be bundled (run npm run build first): ${error.message}`))
  if (!page) continue
  for (const name of NEVER[subpath] ?? []) if (page.packages.has(name)) problems.push(`${subpath}: carries ${name}`)
  if (!SERVER.has(subpath)) checkForeign(subpath, page.code)
  weigh(subpath, specifier, page.code, ADDED[subpath] && (await bundled(call, 'keyless-chat/core')).code)
}
if (existsSync(scriptTag.file)) {
  const code = readFileSync(scriptTag.file, 'utf8')
  checkForeign(scriptTag.file, code)
  weigh(subjects.at(-1), scriptTag.file, code)
  // The same as a module, so it has the same budget and no line of its own.
  const module = readFileSync(moduleFile, 'utf8')
  checkForeign(moduleFile, module)
  if (compressed(module) > manifest.budgets[subjects.at(-1)]) problems.push(`${moduleFile}: weighs ${compressed(module)} bytes, over the budget of ${subjects.at(-1)}, ${manifest.budgets[subjects.at(-1)]}`)
} else problems.push(`there is no ${scriptTag.file}: run npm run build`)

const table = ['| entry | size | budget |', '| --- | ---: | ---: |', ...rows].join('\n')
console.log(table)
const [[name, integrity]] = Object.entries(JSON.parse(readFileSync('dist/integrity.json', 'utf8')))
const inStep = syncSections('README.md', {
  'size-table': table,
  'script-tag': `\`\`\`html\n<script src="${name}" integrity="${integrity}" crossorigin="anonymous"></script>\n<script>const { connect, streamChat } = ${scriptTag.global}</script>\n\`\`\``,
})
if (!inStep) problems.push('README.md: its sizes or its script tag are not those of the build: run npm run check:size -- --write')
if (!syncSections('docs/cdn.md', cdnSections(manifest))) problems.push('docs/cdn.md: its addresses or hashes are not those of the build: run npm run check:size -- --write')
problems.push(...syncSizes({ ...newestVersion(readFileSync('CHANGELOG.md', 'utf8')), bytes }, { write: process.argv.includes('--write') }))
for (const problem of problems) console.error(problem)
process.exitCode = problems.length > 0 ? 1 : 0

/** Bundles a page as a bundler would for production. */
async function bundled(write, specifier) {
  const bundle = await rollup({
    input: 'page',
    plugins: [
      { name: 'page', resolveId: (id) => (id === 'page' ? join(root, 'page.mjs') : undefined), load: (id) => (id === join(root, 'page.mjs') ? write(specifier) : undefined) },
      resolve({ browser: true }),
      minify({ module: true }),
    ],
    onwarn: (warning) => problems.push(`${specifier}: ${warning.message}`),
  })
  const { output } = await bundle.generate({ format: 'es', inlineDynamicImports: true })
  await bundle.close()
  const [{ code, modules }] = output
  const kept = Object.entries(modules).filter(([, { renderedLength }]) => renderedLength > 0)
  // An import that stayed is a package that was not found, and its weight is missing here.
  for (const id of output[0].imports) problems.push(`${specifier}: ${id} could not be inlined`)
  const packages = new Set(kept.map(([id]) => /[/\\]node_modules[/\\]((?:@[^/\\]+[/\\])?[^/\\]+)/.exec(id)?.[1]))
  return { code, packages }
}

function checkForeign(subject, code) {
  for (const pattern of FOREIGN) {
    const found = pattern.exec(code)
    if (found) problems.push(`${subject}: carries ${found[0]}: …${code.slice(Math.max(0, found.index - 30), found.index + 40).replaceAll('\n', ' ')}…`)
  }
}

/** @param without - The page that it adds to, where it is weighed by what it adds. */
function weigh(subject, name, code, without) {
  const length = compressed(code) - (without === undefined ? 0 : compressed(without))
  const budget = manifest.budgets[subject]
  if (budget === undefined) problems.push(`${subject}: has no budget in package.json`)
  else if (length > budget) problems.push(`${subject}: weighs ${length} bytes, over its budget of ${budget}`)
  bytes[name.replace('dist/', '')] = length
  rows.push(`| \`${name.replace('dist/', '')}\` | ${without === undefined ? '' : '+ '}${kB(length)} | ${budget === undefined ? '–' : kB(budget)} |`)
}

function compressed(code) {
  return brotliCompressSync(code, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: Buffer.byteLength(code) } }).length
}
