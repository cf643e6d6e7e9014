// The documentation's site as files: links that lead somewhere, nothing inline, a page for every error, a place for every export.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import process from 'node:process'
import { beforeAll, describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { policyOf } from '../../scripts/docs/layout.mjs'
import { readReference } from '../../scripts/docs/reference.mjs'
import { entriesOf } from '../../scripts/entries.mjs'
import { ROOT, run } from '../package/artifact.ts'
import { html, SITE, siteOf } from './built-site.ts'
import { exportsOf } from './exports.ts'

let pages: readonly string[]
beforeAll(async () => {
  pages = await siteOf()
})

const attributes = (path: string, name: string): readonly string[] => [...html(path).matchAll(new RegExp(`<[^>]*\\s${name}="([^"]*)"`, 'g'))].map(([, value = '']) => value.replaceAll('&amp;', '&'))
const idsOf = (path: string): readonly string[] => attributes(path, 'id')

describe('the site', () => {
  test('has a page for every file of the documentation', () => {
    const files = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'))
    const expected = files.map((name) => name.replaceAll('\\', '/').replace(/^start\.md$/, 'index.md').replace(/\.md$/, '.html'))
    expect(pages).toEqual(expect.arrayContaining([...expected, 'errors/index.html', 'decisions/index.html', 'api/index.html', 'security.html', 'changelog.html']))
  })

  test('has no link and no anchor that leads nowhere', () => {
    const known = new Map(pages.map((path) => [path, new Set(idsOf(path))]))
    const broken = pages.flatMap((path) =>
      [...attributes(path, 'href'), ...attributes(path, 'src')].filter((target) => {
        if (/^[a-z]+:/.test(target)) return false
        const [file = '', hash = ''] = target.split('#')
        const to = file === '' ? path : posix.normalize(posix.join(posix.dirname(path), file)).replace(/(^|\/)$/, '$1index.html')
        if (target.startsWith('/') || !existsSync(join(SITE, to))) return true
        return hash !== '' && !known.get(to)?.has(decodeURIComponent(hash))
      }).map((target) => `${path} → ${target}`),
    )
    expect(broken).toEqual([])
  })

  test('has every id once on a page', () => {
    for (const path of pages) expect(idsOf(path).filter((id, index, all) => all.indexOf(id) !== index), path).toEqual([])
  })

  test('has nothing inline, and loads nothing from elsewhere', () => {
    for (const path of pages) {
      const text = html(path)
      expect(text, path).not.toMatch(/<style|<script(?![^>]* src=)|<[^>]* style=|<[^>]* on\w+="|javascript:/i)
      const loaded = [...attributes(path, 'src'), ...[...text.matchAll(/<link [^>]*href="([^"]*)"/g)].map(([, href = '']) => href)]
      expect(loaded.filter((target) => /^([a-z]+:|\/)/.test(target)), path).toEqual([])
    }
    expect(readFileSync(join(SITE, 'assets/site.css'), 'utf8')).not.toMatch(/@import|url\((?!"data:)/)
  })

  test('allows every page what it needs, and no more', () => {
    const withExamples = pages.filter((path) => html(path).includes('class="code live"'))
    expect(withExamples).toContain('index.html')
    for (const path of pages) expect(html(path), path).toContain(`<meta http-equiv="content-security-policy" content="${policyOf(withExamples.includes(path))}">`)
    expect(policyOf(false)).toMatch(/^default-src 'none';.*require-trusted-types-for 'script'; trusted-types 'none'$/)
    for (const live of [true, false]) expect(policyOf(live)).not.toMatch(/unsafe|\*|blob:/)
  })

  test('has a stylesheet that is small', () => {
    expect(readFileSync(join(SITE, 'assets/site.css')).length).toBeLessThan(20_000)
  })

  test('has examples that run for a first answer, for errors and for tools', () => {
    const sources = pages.flatMap((path) => [...html(path).matchAll(/<textarea class="source"[^>]*>([^]*?)<\/textarea>/g)].map(([, code = '']) => code))
    expect(sources.some((code) => code.includes('streamChat('))).toBe(true)
    expect(sources.some((code) => /~[\w-]+/.test(code))).toBe(true)
    expect(sources.some((code) => code.includes('keyless-chat/tools'))).toBe(true)
  })

  test('has scripts that are well typed', async () => {
    const { text } = await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', join(ROOT, 'docs/site'), '--noEmit'], ROOT)
    expect(text).toBe('')
  })
})

describe('the pages of errors', () => {
  test('are one for each code, and none beside', () => {
    const [, facts = ''] = /interface FactsByCode \{([^]*?)^\}/m.exec(readFileSync(join(ROOT, 'dist/types/errors.d.ts'), 'utf8')) ?? []
    const codes = [...facts.matchAll(/^ {4}'?([\w-]+)'?: /gm)].map(([, code = '']) => code).sort()
    expect(codes.length).toBeGreaterThan(30)
    const described = pages.flatMap((path) => /^errors\/(?!index)(.+)\.html$/.exec(path)?.[1] ?? []).sort()
    expect(described).toEqual(codes)
    for (const code of codes) expect(html('errors/index.html')).toContain(`href="${code}.html"`)
  })
})

describe('the reference', () => {
  const entries = entriesOf(manifest)

  test.for(entries.map((entry) => [entry.specifier, entry] as const))('tells of all that %s exports', ([specifier, { types, name }]) => {
    const path = `api/${name === 'index' ? 'keyless-chat' : name}.html`
    const exported = exportsOf(join(ROOT, types))
    expect(exported.length).toBeGreaterThan(0)
    const text = html(path)
    expect(text).toContain(`<h1 id="entry"><code>${specifier}</code></h1>`)
    for (const symbol of exported) {
      const section = text.split('<div class="symbol">').find((part) => part.trimStart().startsWith(`<h3 id="${symbol}">`))
      const [, own] = /<\/pre><\/div>\s*<p>([^]*?)<\/p>/.exec(section ?? '') ?? []
      const [, home, there] = new RegExp(`<li><a href="([^"]*)#${symbol}"><code>${symbol}</code></a> ([^]*?)</li>`).exec(text) ?? []
      expect(own ?? there, `${symbol} of ${specifier}`).toMatch(/\S+ \S+/)
      if (own === undefined) expect(html(posix.join('api', home ?? ''))).toContain(`<h3 id="${symbol}">`)
    }
    expect(html('api/index.html')).toContain(`href="${path.slice(4)}"`)
  })

  test('tells members with what they are by default, and what a function throws', () => {
    expect(html('api/broker.html')).toMatch(/<dt id="BrokerOptions\.timeoutMs">[^]*?<p class="default"><span>Default<\/span> <code>10_000<\/code><\/p>/)
    expect(html('api/broker.html')).toMatch(/<h4>Throws<\/h4>[^]*invalid-request/)
    expect(html('api/msal.html')).toContain('href="keyless-chat.html#TokenProvider"')
  })

  test('is not made where a docstring is missing', () => {
    const file = 'build/undocumented.ts'
    mkdirSync(join(ROOT, 'build'), { recursive: true })
    writeFileSync(join(ROOT, file), '/**\n * An entry.\n * @module\n */\nexport const silent = 1\n/** Said. */\nexport const said = 2\n')
    const entry = { specifier: 'undocumented', name: 'undocumented', source: file }
    try {
      expect(() => readReference([entry])).toThrow(/docstrings are missing:\nsilent of undocumented, in build\/undocumented\.ts:5$/)
    } finally {
      rmSync(join(ROOT, file))
    }
  })
})
