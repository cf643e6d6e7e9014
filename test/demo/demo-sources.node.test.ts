import type { Page } from 'playwright'
import { describe, expect, test } from 'vitest'
import { ask, demoOf, found, settled } from './browser.ts'
import type { Heard } from './browser.ts'
import { unreadable } from './contrast.ts'

describe.skipIf(!found)('demo page, sources', () => {
  const demo = demoOf({ CHUNK_DELAY_MS: '2' })
  let heard: Heard
  let page: Page

  async function start(options?: Parameters<typeof demo.open>[1], path = '/'): Promise<void> {
    ;({ page } = heard = await demo.open(path, options))
    await page.locator('#ways').getByRole('button', { name: 'My data' }).click()
  }
  const sources = () => page.locator('.sources')
  const focused = () => page.evaluate(() => document.activeElement?.id)

  /** Answers every chat of the page as an index of somebody else's would. */
  async function answerWith(context: Readonly<Record<string, unknown>>, text: string): Promise<void> {
    const choice = (delta: object, finish: string | null = null) => `data: ${JSON.stringify({ id: '1', object: 'extensions.chat.completion.chunk', created: 1, model: 'gpt-4o-mini', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
    await page.route(`${demo.emulator}/**/chat/completions`, async (route) => {
      const headers = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' }
      const body = choice({ role: 'assistant', context }) + text.split(/(?<=[^])/).map((content) => choice({ content })).join('') + choice({}, 'stop') + 'data: [DONE]\n\n'
      await (route.request().method() === 'OPTIONS' ? route.fulfill({ status: 204, headers }) : route.fulfill({ headers: { ...headers, 'content-type': 'text/event-stream' }, body }))
    })
  }

  test('page asks with its data, and lists and links what the answer rests on', async () => {
    await start({}, '/#idleMs=9000')
    expect(await page.locator('#deployment').inputValue()).toBe('gpt-4o-mini')
    await page.locator('#offer').getByRole('button', { name: 'How many days of leave do I have?' }).click()
    await settled(page)
    const body = (await demo.calls()).at(-1)?.body as { data_sources: { parameters: object }[] }
    expect(body.data_sources).toMatchObject([{ type: 'azure_search', parameters: { index_name: 'handbook', authentication: { type: 'system_assigned_managed_identity' } } }])
    expect(await sources().locator('li').count()).toBe(2)
    expect(await sources().locator('li > a').evaluateAll((all) => all.map((link) => [link.getAttribute('href')?.slice(0, 8), link.getAttribute('rel'), link.getAttribute('target')]))).toEqual(Array(2).fill(['https://', 'noopener noreferrer', '_blank']))
    expect(await sources().locator('.intent').innerText()).toBe('Searched for: How many days of leave do I have?')
    const mark = page.locator('.answer .text a')
    expect(await mark.allInnerTexts()).toEqual(['1', '2'])
    expect(await page.locator('.answer .text').innerText()).not.toContain('[doc')
    for (const [at, id] of (await sources().locator('li').evaluateAll((all) => all.map((item) => item.id))).entries()) {
      expect(await mark.nth(at).getAttribute('href')).toBe(`#${id}`)
      await mark.nth(at).focus()
      await page.keyboard.press('Enter')
      expect(await focused()).toBe(id)
    }
    // The address, whose fragment sets limits, is as it was.
    expect(new URL(page.url()).hash).toBe('#idleMs=9000')
    expect(heard.complaints).toEqual([])
    expect(await heard.violations()).toEqual([])
    expect(await unreadable(page)).toEqual([])
  })

  test('page links no source that is not on the web, and makes no element of what an index holds', async () => {
    await start()
    const urls = ['javascript:document.title=1', ' javascript:document.title=1', 'data:text/html,<script>document.title=1</script>', 'vbscript:x', 'file:///etc/passwd', '/relative', '', null, 'HTTPS://Example.com/a?b=c']
    await answerWith({ citations: urls.map((url, at) => ({ title: `<img src=x>${at}`, url, content: '<b>bold</b>' })), intent: '["a <i>b</i>", "c"]' }, 'So [doc1], [doc9], and [doc10] or [doc0].')
    await ask(page, 'Which sources?')
    await settled(page)
    expect(await sources().locator('li').count()).toBe(urls.length)
    expect(await sources().locator('a').evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href))).toEqual(['https://example.com/a?b=c'])
    expect(await sources().locator('li > span').allInnerTexts()).toEqual(urls.slice(0, -1).map((_, at) => `<img src=x>${at}`))
    expect(await page.locator('#messages').locator('img, b, i, script').count()).toBe(0)
    expect(await sources().locator('.intent').innerText()).toBe('Searched for: a <i>b</i>, c')
    // Where there is no such source, the mark stays as it was written.
    expect(await page.locator('.answer .text').innerText()).toBe('So 1, 9, and [doc10] or [doc0].')
    await page.locator('.sources li').first().click()
    expect(await page.title()).toBe('keyless-chat')
  })

  test('page shows an intent that is no list as it is, and no sources where there are none', async () => {
    await start()
    await answerWith({ citations: [{ filepath: 'a.md' }], intent: 'leave, days of' }, 'Yes [doc1].')
    await ask(page, 'How many?')
    await settled(page)
    expect(await sources().locator('.intent').innerText()).toBe('Searched for: leave, days of')
    expect(await sources().locator('li').innerText()).toBe('a.md')
    await page.unrouteAll()
    await page.locator('#ways').getByRole('button', { name: 'My data' }).click()
    await ask(page, 'Hello')
    await settled(page)
    expect((await demo.calls()).at(-1)?.body).not.toHaveProperty('data_sources')
    expect(await sources().count()).toBe(1)
  })

  test('page says that other models take no data', async () => {
    await start()
    await ask(page, 'How many?', 'gpt-5-mini')
    await settled(page)
    expect(await page.locator('.failure').getAttribute('data-code')).toMatch(/^(bad-request|unsupported-parameter)$/)
  })

  test('page offers its data only where there is an index, and other endpoints have none', async () => {
    await start()
    await page.locator('#settings').click()
    await page.locator('#connect [value=broker]').check()
    await page.locator('#connect [name=endpoint]').fill('https://contoso.services.ai.azure.com')
    await page.locator('#connect [name=deployments]').fill('gpt-4o-mini')
    await page.locator('#connect [type=submit]').click()
    await page.locator('#connect').waitFor({ state: 'hidden' })
    expect(await page.locator('#ways').getByRole('button', { name: 'My data' }).isVisible()).toBe(false)
    expect(await page.locator('#ways [aria-pressed=true]').count()).toBe(0)
    expect(await page.locator('#offer').isVisible()).toBe(false)
  })
})
