/**
 * The demo as files for any static host: `npm run build && node demo/export.mjs <folder>`.
 *
 * Without a server of its own, a page says its policy itself; `config.json` says what it talks to, see docs/deploy.md.
 * Runtime: Node.
 * @module
 */
import { cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { FOLDERS, policyOf, stripTypes } from './page.mjs'
import { vendored } from './vendor.mjs'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const folder = process.argv[2]
if (folder === undefined) throw new Error('Cannot export the demo as no folder is named: node demo/export.mjs <folder>')
await mkdir(`${folder}/vendor`, { recursive: true })

for (const name of await readdir(HERE)) {
  if (name.endsWith('.ts')) {
    const script = await stripTypes(await readFile(HERE + name, 'utf8'), name.slice(0, -3), false)
    await writeFile(`${folder}/${name.slice(0, -3)}.js`, script.replace(/(from |import\()(["']\.\/[\w-]+)\.ts(["'])/g, '$1$2.js$3'))
  } else if (/\.(css|svg)$/.test(name) || name === 'redirect.html') await cp(HERE + name, `${folder}/${name}`)
}
for (const [name, from] of Object.entries(FOLDERS)) await cp(from, `${folder}/${name}`, { recursive: true, filter: (path) => !/\.(d\.[cm]?ts|cjs)(\.map)?$/.test(path) })
for (const name of ['msal', 'redirect']) await writeFile(`${folder}/vendor/${name}.js`, (await vendored(name)) ?? '')

const config = await readFile(`${folder}/config.json`, 'utf8').then(JSON.parse, () => ({}))
// Relative, so that the page may be anywhere on its host.
const html = (await readFile(`${HERE}index.html`, 'utf8')).replace(/(["'])\/([\w/-]+\.)(ts|js|mjs|css|svg)\1/g, (_, quote, path, extension) => `${quote}./${path}${extension === 'ts' ? 'js' : extension}${quote}`)
// A page's own policy cannot say who may frame it: that is for the host's headers.
const policy = policyOf(html, config).replace(" frame-ancestors 'none';", '')
await writeFile(`${folder}/index.html`, html.replace('<meta charset="utf-8" />', `<meta charset="utf-8" />\n    <meta http-equiv="content-security-policy" content="${policy}" />`))
console.log(`The page is in ${folder}: its host should send  content-security-policy: frame-ancestors 'none'  with index.html`)
