// The examples of the documentation's site in a browser: they run without an account, stop, and say what came of them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Locator, Page } from 'playwright'
import { browse, html, siteOf } from './built-site.ts'
import type { Browsed, Opened } from './built-site.ts'
import { found } from './in-chromium.ts'
import { eachPage, judge, until } from './opened.ts'

/** A program as a reader may write it: it goes to the network, and what answers there is the emulator. */
const program = (model: string) => `import { connect, streamChat } from 'keyless-chat'
import { brokerTokens } from 'keyless-chat/broker'
const foundry = connect({ endpoint: 'https://contoso.services.ai.azure.com', token: brokerTokens('https://app.example/api/token'), retries: 0 })
for await (const text of streamChat(foundry, { model: '${model}', messages: [{ role: 'user', content: 'Hello' }] }).text) console.log(text)
console.log('The end')`

let browsed: Browsed
let pages: readonly string[]
let opened: Opened | undefined

async function open(...args: Parameters<Browsed['open']>): Promise<Page> {
  await opened?.page.context().close()
  opened = await browsed.open(...args)
  return opened.page
}

interface Example {
  readonly editor: Locator
  readonly output: Locator
  readonly button: (name: string) => Locator
  readonly state: () => Promise<string | null>
}

function exampleOf(page: Page, at = 0): Example {
  const figure = page.locator('.code.live').nth(at)
  return { editor: figure.locator('.text'), output: figure.locator('.output'), button: (name) => figure.getByRole('button', { name, exact: true }), state: () => figure.getAttribute('data-state') }
}

const callsOf = (page: Page) => page.evaluate(async () => (await (await fetch('https://app.example/emulator/calls')).json()) as { deployment: string; state: string }[])

describe.skipIf(!found)('the examples in Chromium', () => {
  beforeAll(async () => {
    pages = await siteOf()
    browsed = await browse()
  })
  afterAll(async () => {
    await browsed?.close()
  })

  test('runs an example by keys, streams its answer from the service worker, and says so', async () => {
    const page = await open('index.html')
    const { editor, output, state } = exampleOf(page)
    await editor.fill(program('gpt-5-mini'))
    await editor.press('Control+Enter')
    await until(() => output.innerText()).toMatch(/^\w+( \w+)+$/)
    expect(await state()).toBe('running')
    await until(state).toBe('done')
    expect(await output.innerText()).toMatch(/Hello[^]*\nThe end$/)
    expect(await page.locator('.place').first().innerText()).toContain('a service worker')
    expect(await callsOf(page)).toMatchObject([{ deployment: 'gpt-5-mini', state: 'complete' }])
    await judge(page)
    expect(opened?.complaints).toEqual([])
  })

  test('stops an example, which closes its connection, and sets it back', async () => {
    const page = await open('index.html')
    const { editor, output, button, state } = exampleOf(page)
    const original = await editor.inputValue()
    await editor.fill(program('gpt-5-mini~stall'))
    await button('Run').click()
    await until(() => output.innerText()).toMatch(/\w/)
    await button('Stop').click()
    await until(() => callsOf(page)).toMatchObject([{ deployment: 'gpt-5-mini~stall', state: 'cancelled' }])
    expect(await state()).toBe('stopped')
    await button('Reset').click()
    expect(await editor.inputValue()).toBe(original)
    expect(await output.innerText()).toBe('')
  })

  test('stops an example that never comes back', async () => {
    const page = await open('index.html')
    const { editor, output, button, state } = exampleOf(page)
    await editor.fill("console.log('Round and round'); for (;;);")
    await button('Run').click()
    await until(() => output.innerText()).toBe('Round and round')
    await button('Stop').click()
    expect(await state()).toBe('stopped')
  })

  test.for([
    ['a fault', program('gpt-5-mini~429-quota'), /ChatError quota-exceeded: Cannot/],
    ['what is no JavaScript', 'const a: number = 1', /SyntaxError: .*the editor takes JavaScript/],
    ['a package that is not here', "import 'left-pad'", /left-pad.*Here are: keyless-chat/],
  ] as const)('tells of %s', async ([, code, words]) => {
    const page = await open('index.html')
    const { editor, output, state } = exampleOf(page)
    await editor.fill(code)
    await editor.press('Control+Enter')
    await until(state).toBe('failed')
    expect(await output.innerText()).toMatch(words)
  })

  test('lets a reader choose a fault', async () => {
    const path = pages.find((one) => /<textarea class="source"[^>]*>[^<]*['`][\w.-]+~[\w-]+['`]/.test(html(one)))
    const page = await open(path ?? 'errors/index.html')
    const select = page.getByLabel('Fault', { exact: true }).first()
    await select.selectOption('403')
    const figure = page.locator('.code.live').filter({ has: select })
    expect(await figure.locator('.text').inputValue()).toContain('~403')
    await figure.getByRole('button', { name: 'Run' }).click()
    await until(() => figure.getAttribute('data-state')).toMatch(/done|failed/)
    expect(await figure.locator('.output').innerText()).toMatch(/forbidden|403/)
  })

  test('runs examples without service workers, and says so', async () => {
    const page = await open('index.html', {}, (one) => one.addInitScript(() => void delete (Navigator.prototype as { serviceWorker?: unknown }).serviceWorker))
    const { editor, output, state } = exampleOf(page)
    await editor.fill(program('gpt-5-mini'))
    await editor.press('Control+Enter')
    await until(state).toBe('done')
    expect(await output.innerText()).toContain('The end')
    expect(await page.locator('.place').first().innerText()).toContain('service workers are missing')
  })

  test('runs every example as it is', { timeout: 300_000 }, async () => {
    await eachPage(browsed, pages.filter((path) => html(path).includes('class="code live"')), {}, async (page, path) => {
      await page.locator('.code.live .text').first().waitFor()
      const count = await page.locator('.code.live .text').count()
      expect(count).toBeGreaterThan(0)
      const examples = Array.from({ length: count }, (_, at) => exampleOf(page, at))
      for (const { button } of examples) await button('Run').click()
      for (const [at, { output, state }] of examples.entries()) {
        await until(state).toMatch(/done|failed/)
        const said = await output.innerText()
        // An error of the library's is what some are about; any other is a mistake.
        expect([await state(), said], `${path}, example ${at + 1}`).toEqual([expect.stringMatching(/ChatError [a-z-]+: [^\n]*$/.test(said) ? /^failed$|^done$/ : /^done$/), expect.stringMatching(/\S/)])
      }
    })
  })
})
