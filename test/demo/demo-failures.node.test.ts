import type { Page } from 'playwright'
import { describe, expect, test } from 'vitest'
import { ADVICE } from '../../demo/advice.ts'
import type { ChatErrorCode } from '../../src/errors.ts'
import type { Fault } from '../../src/emulator/index.ts'
import { ask, demoOf, found, lastText, settled, speaking } from './browser.ts'

/** What the page makes of each fault when nothing is tried twice. `endless` has an end only where somebody makes one. */
const EXPECTED = {
  '401': 'unauthorized',
  '401-key': 'unauthorized',
  '401-role': 'missing-role',
  '401-once': 'answer',
  '401-claims': 'answer',
  '403': 'forbidden',
  '403-html': 'forbidden',
  '404-route': 'route-not-found',
  '404-deployment': 'deployment-not-found',
  '408': 'server-error',
  '422': 'unsupported-parameter',
  '422-gateway': 'unsupported-parameter',
  '429': 'rate-limited',
  '429-ms': 'rate-limited',
  '429-x-ms': 'rate-limited',
  '429-seconds': 'rate-limited',
  '429-date': 'rate-limited',
  '429-none': 'rate-limited',
  '429-both': 'rate-limited',
  '429-long': 'rate-limited',
  '429-quota': 'quota-exceeded',
  '429-once': 'rate-limited',
  '500': 'server-error',
  '500-once': 'server-error',
  '502-html': 'server-error',
  '503': 'server-error',
  '503-once': 'server-error',
  'flat-400': 'bad-request',
  'numeric-code': 'bad-request',
  'empty-500': 'server-error',
  'html-200': 'not-a-stream',
  'json-200': 'answer',
  'error-200': 'server-error',
  redirect: 'redirected',
  echo: 'unauthorized',
  hang: 'connect-timeout',
  silent: 'first-event-timeout',
  stall: 'idle-timeout',
  comments: 'idle-timeout',
  cut: 'truncated',
  'cut-clean': 'truncated',
  'no-finish': 'truncated',
  'no-done': 'answer',
  'error-event': 'server-error',
  'error-named': 'server-error',
  'error-flat': 'server-error',
  // These three are of the Responses route, which the page does not ask.
  failed: 'answer',
  'failed-429': 'answer',
  keepalive: 'answer',
  drip: 'answer',
  crlf: 'answer',
  'no-content-type': 'answer',
  trailing: 'answer',
  'bad-json': 'malformed',
  'bad-type': 'malformed',
  endless: 'total-timeout',
  big: 'answer',
} as const satisfies Record<Fault, ChatErrorCode | 'answer'>

describe.skipIf(!found)('demo page, failures', () => {
  const demo = demoOf({ CHUNK_DELAY_MS: '2' })
  let page: Page

  const card = () => page.locator('.answer').last().locator('.failure')
  const start = async (fragment = '') => ({ page } = await demo.open(`/${fragment}`))

  test('page tells the faults that the emulator has', async () => {
    await start()
    const values = await page.locator('#deployment optgroup').last().locator('option').evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value.split('~')[1]))
    expect(values.sort()).toEqual(Object.keys(EXPECTED).sort())
    await page.locator('#deployment').selectOption('gpt-4o-mini~502-html')
    expect(await page.locator('#fault').innerText()).toBe('A gateway answers with a page of HTML.')
  })

  test('page shows every fault that ends in a failure as a card of its code, with what to do', async () => {
    await start('#retries=0&connectMs=5000&firstEventMs=1500&idleMs=1000&totalMs=19000')
    for (const [fault, expected] of Object.entries(EXPECTED)) {
      if (fault === 'endless') continue
      await ask(page, `What does ${fault} look like?`, `gpt-4o-mini~${fault}`)
      await settled(page)
      if (expected === 'answer') {
        expect(await card().count(), fault).toBe(0)
        expect(await page.locator('.answer').last().getAttribute('data-state'), fault).toBe('finished')
      } else {
        expect(await card().getAttribute('data-code'), fault).toBe(expected)
        expect(await card().locator('h3').innerText(), fault).toBe(ADVICE[expected].title)
        expect(await card().locator('.remedy').innerText(), fault).toBe(ADVICE[expected].remedy)
        // One way on. Nothing is set that could be left out.
        const wanted: string = ADVICE[expected].action
        expect(await card().locator('.actions button').evaluateAll((all) => all.map((button) => button.getAttribute('data-action'))), fault).toEqual([wanted === 'leave-out' ? 'deployment' : wanted])
        // An empty fact says nothing.
        expect((await card().locator('dd').allInnerTexts()).filter((fact) => fact.trim() === ''), fault).toEqual([])
      }
      await page.locator('#fresh').click()
    }
  })

  test('page shows the service\'s words, status, request id and requests sent', async () => {
    await start('#retries=1')
    await ask(page, 'Hello?', 'gpt-4o-mini~500')
    await settled(page)
    expect(await card().locator('blockquote').innerText()).toMatch(/^The server had an error/)
    expect(await card().locator('[data-fact=status] dd').innerText()).toBe('500')
    expect(await card().locator('[data-fact=attempts] dd').innerText()).toBe('2')
    expect(await card().locator('[data-fact=requestId] dd').innerText()).toMatch(/^[\da-f-]{36}$/)
  })

  test('page keeps what came before a failure, marked as incomplete', async () => {
    await start()
    await ask(page, 'Hello?', 'gpt-4o-mini~no-finish')
    await settled(page)
    expect(await page.locator('.answer .text').innerText()).toMatch(/^You wrote/)
    expect(await page.locator('.answer .badge').innerText()).toBe('Incomplete')
    expect(await card().getAttribute('data-code')).toBe('truncated')
  })

  test('page says that it waits before it tries again, then answers', async () => {
    await start()
    await ask(page, 'Hello?', 'gpt-4o-mini~429-seconds')
    await expect.poll(() => page.locator('#status').innerText(), { interval: 20 }).toBe('429 rate-limited: waiting 1 s, then trying again')
    expect(await page.locator('.pending').innerText()).toBe('429 rate-limited: waiting 1 s, then trying again')
    await page.locator('#send').click()
    await settled(page)
    // Counts once, then passes: the library's own retry.
    await ask(page, 'And now?', 'gpt-4o-mini~503-once')
    await settled(page)
    expect(await page.locator('.answer').last().getAttribute('data-state')).toBe('finished')
  })

  test('page counts a wait down before it lets anybody retry', async () => {
    await start('#retries=0')
    await ask(page, 'Hello?', 'gpt-4o-mini~429')
    await settled(page)
    const retry = card().locator('.retry')
    expect([await retry.isDisabled(), await retry.innerText()]).toEqual([true, 'Retry in 2 s'])
    await expect.poll(() => retry.innerText(), { timeout: 4000 }).toBe('Retry')
    expect(await retry.isDisabled()).toBe(false)

    await ask(page, 'And now?', 'gpt-4o-mini~429-long')
    await settled(page)
    expect([await card().locator('.retry').isDisabled(), await card().locator('.retry').innerText()]).toEqual([true, 'Retry in 24 h'])
  })

  test('page ends an endless answer by its own limits', async () => {
    await start('#totalMs=700')
    expect(await page.locator('#limits').innerText()).toBe('Limits from the address: totalMs 700')
    await ask(page, 'Go on', 'gpt-4o-mini~endless')
    await settled(page)
    expect(await card().getAttribute('data-code')).toBe('total-timeout')
    await page.goto(`${demo.page}/#maxMessageBytes=10000`)
    await page.reload()
    await ask(page, 'All at once', 'gpt-4o-mini~big')
    await settled(page)
    expect(await card().getAttribute('data-code')).toBe('too-large')
  })

  test('page asks for a new token where the session has ended, and then answers', async () => {
    await start()
    for (const [session, code] of [['ended', 'interaction-required'], ['without-role', 'missing-role'], ['other-service', 'wrong-audience']] as const) {
      await page.locator('#session').selectOption(session)
      await ask(page, `Am I signed in as ${session}?`, 'gpt-4o-mini')
      await settled(page)
      expect(await card().getAttribute('data-code')).toBe(code)
      await card().locator('.renew').click()
      await settled(page)
      expect(await page.locator('.answer').last().getAttribute('data-state')).toBe('finished')
      expect(await page.locator('#session').inputValue()).toBe('user')
    }
  })

  test('page leads from a deployment that is not there to the picker, and asks the one that is chosen', async () => {
    await start('#retries=0')
    await ask(page, 'Anybody there?', 'gpt-4o-mini~404-deployment')
    await settled(page)
    const button = card().locator('.actions button')
    expect(await button.innerText()).toBe('Choose another deployment')
    await button.click()
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('deployment')
    await page.locator('#deployment').selectOption('mistral-small')
    expect(await button.innerText()).toBe('Ask mistral-small')
    await button.click()
    await settled(page)
    expect(await lastText(page)).toContain('Anybody there?')
    expect((await demo.calls()).at(-1)?.deployment).toBe('mistral-small')
  })

  test('page leads to the settings and to the check, and asks again after them', async () => {
    await start('#retries=0')
    for (const [fault, dialog, label] of [['404-route', '#connect', 'Open the settings'], ['html-200', '#checks', 'Check the connection']] as const) {
      await ask(page, 'Hello?', `gpt-4o-mini~${fault}`)
      await settled(page)
      const button = card().locator('.actions button')
      expect(await button.innerText()).toBe(label)
      await button.click()
      await page.locator(dialog).waitFor({ state: 'visible' })
      expect(await page.locator('dialog[open]').count()).toBe(1)
      await page.keyboard.press('Escape')
      await page.locator(dialog).waitFor({ state: 'hidden' })
      // By keyboard the way on is where it was.
      await expect.poll(() => page.evaluate(() => document.activeElement?.textContent), { timeout: 10_000 }).toBe('Retry')
      const before = (await demo.calls()).length
      await page.keyboard.press('Enter')
      await settled(page)
      expect((await demo.calls()).length).toBe(before + 1)
    }
  })

  test('page gives a question back that is refused, and one that is too long to a new conversation', async () => {
    await start('#retries=0')
    const written = () => page.evaluate(() => (document.activeElement as HTMLTextAreaElement | null)?.value)
    await ask(page, 'Something [filter:prompt]', 'gpt-4o-mini')
    await settled(page)
    expect(await card().locator('.actions button').innerText()).toBe('Change the question')
    await card().locator('.actions button').click()
    expect(await written()).toBe('Something [filter:prompt]')
    await page.locator('#fresh').click()

    await page.route(`${demo.emulator}/**/chat/completions`, (route) => route.fulfill({
      status: 400,
      headers: { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*', 'content-type': 'application/json' },
      body: JSON.stringify({ error: { code: 'context_length_exceeded', message: 'This model\'s maximum context length is 128000 tokens.', type: 'invalid_request_error', param: 'messages' } }),
    }))
    await ask(page, 'A very long question', 'gpt-4o-mini')
    await settled(page)
    expect([await card().getAttribute('data-code'), await card().locator('.actions button').allInnerTexts()]).toEqual(['context-length', ['New conversation']])
    await card().locator('.actions button').click()
    await expect.poll(() => page.locator('.message').count(), { timeout: 10_000 }).toBe(0)
    expect(await written()).toBe('A very long question')
  })

  test('page shows a token endpoint that fails and an endpoint that cannot be reached', async () => {
    await start('#retries=0')
    await page.route('**/token', (route) => route.fulfill({ status: 500, body: 'broken' }))
    await ask(page, 'Hello?', 'gpt-4o-mini')
    await settled(page)
    expect(await card().getAttribute('data-code')).toBe('token')
    expect(await card().locator('.renew').count()).toBe(1)
    await page.unroute('**/token')
    await page.route(`${demo.emulator}/**`, (route) => route.abort('connectionrefused'))
    await card().locator('.renew').click()
    await settled(page)
    expect(await card().getAttribute('data-code')).toBe('network')
  })

  test('page leaves out of the conversation what the content filter has refused', async () => {
    await start()
    await ask(page, 'First', 'gpt-4o-mini')
    await settled(page)
    await ask(page, 'Second [filter:prompt]')
    await settled(page)
    expect(await card().getAttribute('data-code')).toBe('content-filter')
    expect(await card().locator('.filter li.struck').count()).toBeGreaterThan(0)
    await ask(page, 'Third')
    await settled(page)
    expect(await page.locator('.left-out').count()).toBe(1)
    const body = (await demo.calls()).at(-1)?.body as { messages: { role: string; content: string }[] }
    expect(body.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
    expect(body.messages.at(-1)?.content).toBe('Third')
  })

  test('page keeps a filtered answer with a badge, its categories and a retry', async () => {
    await start()
    await ask(page, 'A story, please [filter:output]', 'gpt-4o-mini')
    await settled(page)
    const answer = page.locator('.answer').last()
    expect(await answer.locator('.badge').innerText()).toBe('Filtered')
    expect((await answer.locator('.text').innerText()).length).toBeGreaterThan(10)
    expect(await answer.locator('.filter[data-filtered=true] li.struck').count()).toBeGreaterThan(0)
    expect(await answer.locator('.retry').count()).toBe(1)
  })

  test('page retries in place, once for a double click, without repeating what the user said', async () => {
    await start('#retries=0')
    await ask(page, 'First', 'gpt-4o-mini')
    await settled(page)
    await ask(page, 'Second', 'gpt-4o-mini~500-once')
    await settled(page)
    expect(await card().getAttribute('data-code')).toBe('server-error')
    const before = (await demo.calls()).length
    await card().locator('.retry').dblclick()
    await speaking(page)
    await settled(page)
    expect((await demo.calls()).length).toBe(before + 1)
    const body = (await demo.calls()).at(-1)?.body as { messages: { role: string; content: string }[] }
    expect(body.messages.map(({ role, content }) => [role, content.slice(0, 9)])).toEqual([['user', 'First'], ['assistant', 'You wrote'], ['user', 'Second']])
    expect(await page.locator('.question').count()).toBe(2)
    expect(await page.locator('.answer').count()).toBe(2)
    expect(await page.locator('.failure').count()).toBe(0)
  })
})
