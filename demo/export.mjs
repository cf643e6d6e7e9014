/**
 * The demo as files for any static host: `npm run build && node demo/export.mjs <folder>`.
 *
 * Without a server of its own, a page says its policy itself; `config.json` says what it talks to, see docs/deploy.md. Where nobody has written one, the
 * page talks to an emulator in the page.
 * Runtime: Node.
 * @module
 */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { policyOf } from './page.mjs'
import { bundlePage, classicScript, hashed } from './static/bundle.mjs'
import { minifyCss } from './static/css.mjs'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const LINK = /^ *<link rel="stylesheet" href="\/([\w-]+\.css)" \/>\n/gm
const MAP = /^ *<script type="importmap">[^]*?<\/script>\n/m

const folder = process.argv[2]
if (folder === undefined) throw new Error('Cannot export the demo as no folder is named: node demo/export.mjs <folder>')
const source = await readFile(`${HERE}index.html`, 'utf8')
// What an earlier export has left there nobody would load again.
await rm(`${folder}/assets`, { recursive: true, force: true })
await mkdir(`${folder}/assets`, { recursive: true })

const config = await readFile(`${folder}/config.json`, 'utf8').then(JSON.parse, (error) => {
  if (error.code !== 'ENOENT') throw error
})
if (config === undefined) await writeFile(`${folder}/config.json`, '{ "mode": "emulator" }\n')

const { page, redirect, files } = await bundlePage()
const sheets = await Promise.all([...source.matchAll(LINK)].map(([, name]) => readFile(HERE + name, 'utf8')))
const css = minifyCss(sheets.join('\n'))
const style = { path: hashed('style', 'css', css), code: css, imports: [] }
const theme = await classicScript('theme')
for (const { path, code } of [...files, style, theme]) await writeFile(`${folder}/${path}`, code)
await cp(`${HERE}icon.svg`, `${folder}/icon.svg`)
await writeFile(`${folder}/redirect.html`, swap(await readFile(`${HERE}redirect.html`, 'utf8'), 'vendor/redirect.js', redirect.path))

// The page's modules are in its files: no map of imports is left, which was its one inline script. Who may frame the page only a header can say.
const policy = policyOf(source, config ?? {}).replace(/ 'sha256-[^']+'/, '').replace(" frame-ancestors 'none';", '')
let html = source.replace(MAP, '').replace(LINK, '')
html = swap(html, '<meta charset="utf-8" />', `<meta charset="utf-8" />\n    <meta http-equiv="content-security-policy" content="${policy}" />`)
html = swap(html, '<script src="/theme.ts"></script>', `<link rel="stylesheet" href="${style.path}" />\n    <script src="${theme.path}"></script>`)
html = swap(html, '<script type="module" src="/main.ts"></script>', [...imported(page).map((path) => `<link rel="modulepreload" href="${path}" />`), `<script type="module" src="${page.path}"></script>`].join('\n    '))
// Relative, so that the page may be anywhere on its host.
await writeFile(`${folder}/index.html`, html.replaceAll('"/icon.svg"', '"icon.svg"'))
console.log(`The page is in ${folder}: its host should send  content-security-policy: frame-ancestors 'none'  with index.html`)

/** Exchanges what is there once. */
function swap(text, found, replacement) {
  if (text.split(found).length !== 2) throw new Error(`Cannot export the demo as the page has not one ${found}`)
  return text.replace(found, () => replacement)
}

/** What a script imports at once, and so do those: a browser would find out one after the other. */
function imported(script, seen = new Set()) {
  for (const path of script.imports) {
    if (seen.has(path)) continue
    seen.add(path)
    imported(files.find((file) => file.path === path), seen)
  }
  return [...seen]
}
