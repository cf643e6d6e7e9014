import fc from 'fast-check'
import type { Browser, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Prose } from '../../demo/prose.ts'
import { found, open, sharedBrowser } from './browser.ts'
import type { Heard } from './browser.ts'
import { serveDemo } from './served.ts'
import type { Served } from './served.ts'

/** What the tests put into the page: frames come when they are asked for, so that no test waits for one. */
interface Bench {
  /** Writes pieces, a frame after each; returns what is in the page after each one, and at last. */
  readonly write: (pieces: readonly string[]) => { readonly steps: readonly string[]; readonly whole: string; readonly moved: readonly string[] }
  /** How many characters were lexed for each piece. */
  readonly cost: (pieces: readonly string[]) => readonly number[]
}

const BLOCKS = [
  'Plain words, and more of them.', 'Two lines\nof one paragraph', '# A heading', 'Under\n---', '### Deep `code` heading ###', '---',
  'With **bold**, *emphasis*, ***both***, ~~struck~~, `code`, ``a `tick` ``, and 2 * 3 * 4, snake_case_name, ~5 min.',
  'A [link](https://example.com/a_(b)?c=d "title"), https://example.com/bare, <https://example.com/auto> and ![a picture](https://example.com/p.png).',
  '- one\n- two\n- three', '* stars\n* again', '1. first\n2. second\n3. third', '7) seven\n8) eight', '- loose\n\n- list\n\n  with a paragraph',
  '- outer\n  - inner\n    1. deep\n    2. deeper\n  - inner again\n- outer again', '- [x] done\n- [ ] to do', '1. step\n\n   ```js\n   const a = 1\n\n   const b = 2\n   ```\n2. next',
  '| a | b |\n| :-- | --: |\n| 1 | **2** |\n| `x|y` | 4 |', 'head | two\n--- | ---\nx | y', '> quoted\nlazily\n>\n> - with a list', '```ts\nconst a = `b`\n\n\n// **no** [markup](here)\n```', '~~~\ntildes\n```\n~~~',
  '  ```\n  indented fence\n    more\n  ```', '````md\n```js\nnested\n```\n````', '    indented code\n\n    goes on', '<div>\n<b>markup</b>\n</div>', 'Inline <b>markup</b> &amp; &lt;names&gt; &#65; &unknown;',
  'Hard  \nbreak', 'Back\\*slash \\[not a link\\]', 'See [doc1] and [the guide][guide].', '[guide]: https://example.com/guide', '-', '1.', '**never closed', '`never closed', '[never closed](https://exa', '```js\nnever closed',
] as const

describe.skipIf(!found)('writeMarkdown()', () => {
  let served: Served
  let browser: Browser
  let heard: Heard
  let page: Page

  beforeAll(async () => {
    served = await serveDemo()
    browser = await sharedBrowser()
  })
  afterAll(async () => {
    await served?.stop()
  })
  beforeEach(async () => {
    ;({ page } = heard = await open(browser, `${served.page}/`))
    // As text, since an import in a function would be Vite's.
    await page.evaluate("Promise.all([import('/markdown.ts'), import('/vendor/marked.js')]).then((modules) => void Object.assign(globalThis, ...modules))")
    await page.evaluate(() => {
      const { writeMarkdown, Lexer } = globalThis as unknown as {
        writeMarkdown: (container: HTMLElement, options: object) => Prose
        Lexer: { prototype: { lex: (text: string) => unknown } }
      }
      const frames: FrameRequestCallback[] = []
      globalThis.requestAnimationFrame = (callback) => frames.push(callback)
      globalThis.cancelAnimationFrame = () => frames.splice(0)
      const frame = () => {
        for (const callback of frames.splice(0)) callback(0)
      }
      const start = () => {
        const container = document.createElement('div')
        document.body.append(container)
        return { container, prose: writeMarkdown(container, { mark: (words: string) => [words], say() {} }) }
      }
      const bench: Bench = {
        write(pieces) {
          const { container, prose } = start()
          const steps: string[] = []
          const moved: string[] = []
          // All blocks but the last have finished, and stand from then on.
          const standing: { readonly node: Element; readonly html: string }[] = []
          const look = () => {
            for (const [index, { node, html }] of standing.entries()) if (container.children[index] !== node || node.outerHTML !== html) moved.push(html)
            for (const node of [...container.children].slice(standing.length, -1)) standing.push({ node, html: node.outerHTML })
            steps.push(container.textContent)
          }
          for (const piece of pieces) {
            prose.append(piece)
            frame()
            look()
          }
          prose.flush()
          look()
          const whole = container.innerHTML
          container.remove()
          return { steps, whole, moved }
        },
        cost(pieces) {
          const { container, prose } = start()
          const { lex } = Lexer.prototype
          let count = 0
          Lexer.prototype.lex = function lexCounted(text) {
            count += text.length
            return lex.call(this, text)
          }
          const costs = pieces.map((piece) => {
            count = 0
            prose.append(piece)
            frame()
            return count
          })
          Lexer.prototype.lex = lex
          container.remove()
          return costs
        },
      }
      Object.assign(globalThis, { bench })
    })
  })
  afterEach(async () => page.context().close())

  const write = (pieces: readonly string[]) => page.evaluate((all) => (globalThis as unknown as { bench: Bench }).bench.write(all), pieces)
  const cost = (pieces: readonly string[]) => page.evaluate((all) => (globalThis as unknown as { bench: Bench }).bench.cost(all), pieces)
  const words = (text: string) => text.match(/\s*\S{1,12}|\s+/gu) ?? []

  test('shows the same wherever the text is cut', async () => {
    const documents = fc.tuple(fc.array(fc.constantFrom(...BLOCKS), { minLength: 1, maxLength: 6 }), fc.constantFrom('\n\n', '\n', '\n\n\n', '\r\n\r\n'), fc.integer({ min: 1, max: 9 }))
    await fc.assert(fc.asyncProperty(documents, async ([blocks, between, size]) => {
      const text = blocks.join(between)
      const once = await write([text])
      const cut = await write(text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [])
      expect(cut.whole, text).toBe(once.whole)
    }), { numRuns: 150 })
  })

  test('lets stand what has finished, node by node', async () => {
    const { moved, steps } = await write(words(BLOCKS.filter((block) => !/never closed|\[guide\]/.test(block)).join('\n\n')))
    expect(steps.length).toBeGreaterThan(200)
    expect(moved).toEqual([])
  })

  test('shows a block of code before it has ended, and no mark that is about to end', async () => {
    const text = 'A **bold** and *slanted* word, ***both***, ~~gone~~, `code`, [a link](https://example.com/a), ![a picture](https://example.com/p.png).\n\n' +
      '# Head\n\n- item **one**\n- item `two`\n\n1. first\n\n| a | b |\n| --- | --- |\n| **c** | `d` |\n\n> quoted\n\n```ts\nlet fence\n```\n\nEnd.'
    for (const size of [1, 2, 3, 7]) {
      const { steps } = await write(text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [])
      for (const step of steps) expect(step).not.toMatch(/[*`|#~>[\]]|--|\]\(|https|1\./)
      expect(steps.some((step) => step.endsWith('let f') || step.endsWith('let fe') || step.endsWith('let fen'))).toBe(true)
    }
  })

  test('shows what is a mark of nothing as it is written', async () => {
    const text = '2 * 3 * 4 ~ 5 snake_case_name, a[0] = b[1], ~5 and ~6, 100 % & more, a < b, c | d, C# and ** alone, [brackets], \\*no\\*, $5!'
    const { steps, whole } = await write(text.split(''))
    expect(steps.at(-1)).toBe(text.replaceAll('\\', ''))
    expect(whole).not.toMatch(/<(?!\/?p>)/)
    // It waits for no longer than until the next word.
    for (const [index, step] of steps.slice(0, -1).entries()) expect(text.slice(0, index + 1).replaceAll('\\', '').length - step.length, step).toBeLessThan(14)
  })

  test('lexes no more for the last piece of an answer than for one of the first', async () => {
    const paragraph = 'Some words with **weight** and a [link](https://example.com/), not few.\n\n'
    const item = '- an item of a list, as long as it takes\n'
    const code = '```js\n' + 'const line = 1 // of code\n'.repeat(20) + '```\n\n'
    for (const part of [paragraph, item, code, paragraph + code]) {
      const few = await cost(words(part.repeat(6)))
      const many = await cost(words(part.repeat(60)))
      if (part !== code) expect(Math.max(...few)).toBeGreaterThan(10)
      expect(Math.max(...many), part).toBe(Math.max(...few))
    }
    // Not even of a block that never ends.
    for (const part of ['and on ', '- and on\n  ', 'x']) expect(Math.max(...await cost(Array.from({ length: 120 }, () => part.repeat(Math.ceil(1000 / part.length)))))).toBeLessThan(50_000)
    // What is open is code: nothing of it is lexed at all.
    expect((await cost(words('```\n' + 'line of code\n'.repeat(50)))).slice(5).every((count) => count === 0)).toBe(true)
  })

  test('makes elements of none of the markup, and links to the web and to mail alone', async () => {
    const requests: string[] = []
    page.on('request', (request) => requests.push(request.url()))
    const addresses = ['javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'java&#115;cript:alert(1)', 'javascript&colon;alert(1)', 'data:text/html,x', 'vbscript:x', 'file:///etc/passwd', '/relative', '#fragment', 'blob:https://example.com/x', 'about:blank']
    const { whole } = await write([
      '<script>document.title = 1</script>\n\n<img src="https://example.com/a.png" onerror="alert(1)"> <b onclick="alert(1)">b</b> <style>*{}</style>\n\n<iframe src="https://example.com"></iframe>\n\n',
      `${addresses.map((address) => `[text](${address}) [angle](<${address}>) ![picture](${address}) <${address}>`).join('\n\n')}\n\n`,
      '![leak](https://example.com/leak.png?secret) [![both](https://example.com/both.png)](https://example.com/around) [mail](mailto:a@example.com) <b@example.com>\n\n',
      '| <img src=x> |\n| --- |\n| <script>1</script> |\n\n```html"><img src=x>\n<img src=x>\n```\n\n[a]: javascript:alert(1)\n\n[a]',
    ])
    expect(whole).not.toMatch(/<(?:img|script|style|iframe|b|svg)\b/)
    for (const [tag] of whole.matchAll(/<[^>]*>/g)) expect(tag.replace(/"[^"]*"/g, '')).not.toMatch(/\s(?:src|on\w+|style)=/)
    const links = [...whole.matchAll(/<a ([^>]*)>/g)].map(([, attributes = '']) => attributes)
    expect(links.length).toBe(4)
    for (const attributes of links) {
      expect(attributes).toMatch(/^href="(?:https:\/\/example\.com\/|mailto:)/)
      expect(attributes).toContain('target="_blank" rel="noopener noreferrer"')
    }
    expect(whole).toMatch(/<a href="https:\/\/example\.com\/leak\.png\?secret"[^>]*class="picture">leak<\/a>/)
    expect(requests).toEqual([])
    expect(await heard.violations()).toEqual([])
    expect(await page.title()).toBe('keyless-chat')
  })

  test('keeps the outline of the page, names its tables and tasks, and lets a keyboard scroll', async () => {
    const { whole } = await write(['# One\n\n### Three\n\n###### Six\n\n- [x] a\n- [ ] b\n\n| Name | Age |\n| :-- | --: |\n| A | 1 |\n\n```py\nx\n```\n\n3. c\n4. d\n\n[q](https://example.com/?a=1&amp;b=2)'])
    const outline = (html: string) => [...html.matchAll(/<h(\d) data-depth="(\d)">/g)].map(([, level, depth]) => `h${level} for ${depth}`)
    // No level is skipped, wherever the model begins, and what is below the same heading has the same level.
    expect(outline(whole)).toEqual(['h3 for 1', 'h4 for 3', 'h5 for 6'])
    const deep = '### a\n\n> # quoted [doc]\n\n##### b [doc]\n\n##### c\n\n- # listed\n- on\n\n# d\n\n## e\n\n[doc]: https://example.com/'
    const cut = await write(deep.match(/[^]{1,3}/g) ?? [])
    expect(outline(cut.whole)).toEqual(['h3 for 3', 'h3 for 1', 'h4 for 5', 'h4 for 5', 'h3 for 1', 'h3 for 1', 'h4 for 2'])
    expect((await write([deep])).whole).toBe(cut.whole)
    expect((await write(['| | b |\n| --- | --- |\n| 1 | 2 |'])).whole).toContain('<tr><td></td><th scope="col">b</th></tr>')
    expect(whole).toContain('<div class="table" role="region" tabindex="0" aria-label="Table: Name, Age">')
    expect(whole).toContain('<th scope="col" data-align="right">Age</th>')
    expect(whole).toMatch(/<input type="checkbox" disabled="" aria-label="Done" checked="">a.*aria-label="To do">b/)
    expect(whole).toContain('<pre tabindex="0" role="group" aria-label="Code, Python"><code>x</code></pre>')
    expect(whole).toContain('<ol start="3">')
    // An address is read before it is used, and written into the page as it is.
    expect(whole).toContain('<a href="https://example.com/?a=1&amp;b=2"')
  })
})
