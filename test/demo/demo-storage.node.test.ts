import type { Page } from 'playwright'
import { describe, expect, test } from 'vitest'
import { slowed } from '../setup/slow-page.ts'
import { ask, demoOf, found, lastText, speaking } from './browser.ts'
import type { Heard } from './browser.ts'
import { chat, databases, eventually, keep, questions, reload, rolesOf, stored, titles } from './kept.ts'

describe.skipIf(!found)('demo page, storage of conversations', () => {
  const demo = demoOf({ CHUNK_DELAY_MS: '2' })
  let heard: Heard
  let page: Page

  async function start(options?: Parameters<typeof demo.open>[1]): Promise<void> {
    ;({ page } = heard = await demo.open('/', options))
    await page.locator('#deployment').selectOption('gpt-4o-mini')
  }
  const problem = () => page.locator('#kept-problem').innerText()

  test('page in two tabs destroys nothing of the other\'s', async () => {
    await start()
    await keep(page)
    await chat(page, 'From the first tab')
    const other = await slowed(await page.context().newPage())
    await other.goto(demo.page)
    await other.locator('#conversations').click()
    await other.locator('#kept .open').click()
    expect(await questions(other)).toEqual(['From the first tab'])
    // Both go on from the same answer, and neither knows of the other.
    await chat(page, 'On in the first')
    await chat(other, 'On in the second')
    await other.locator('#fresh').click()
    await chat(other, 'Of the second alone')
    await eventually(() => titles(page)).toHaveLength(2)
    await reload(page)
    await page.locator('#conversations').click()
    await page.locator('#kept').getByRole('button', { name: /^From the first/ }).click()
    expect(await page.locator('.place').allInnerTexts()).toEqual(['2/2'])
    const second = await questions(page)
    await page.getByRole('button', { name: 'Previous version of this question' }).click()
    expect([second, await questions(page)]).toEqual([['From the first tab', 'On in the second'], ['From the first tab', 'On in the first']])
    // Switched off here, it is off there.
    await page.locator('#keep').click()
    await page.locator('#confirm-yes').click()
    await eventually(() => other.locator('#keep').isChecked()).toBe(false)
    await chat(other, 'After that')
    expect(await databases(page)).toEqual([])
  })

  test('page takes nothing from storage that is no conversation, and leaves it there', async () => {
    await start()
    await keep(page)
    await chat(page, 'A good one')
    await eventually(async () => (await stored(page)).length).toBe(1)
    await page.evaluate(() => new Promise<void>((resolve) => {
      const opening = indexedDB.open('keyless-chat')
      opening.addEventListener('success', () => {
        const transaction = opening.result.transaction('conversations', 'readwrite')
        const store = transaction.objectStore('conversations')
        const base = { version: 1, title: 'Bad', named: false, deployment: '', changed: 1, shown: [] }
        const question = { words: 'x', way: 'words', key: 'k', enclosures: [] }
        store.put({ id: 'nothing' })
        store.put({ ...base, id: 'circle', nodes: [{ kind: 'question', id: 'a', parent: 'b', at: 1, question }, { kind: 'question', id: 'b', parent: 'a', at: 1, question }] })
        store.put({ ...base, id: 'elsewhere', nodes: [{ kind: 'question', id: 'a', parent: '', at: 1, question: { ...question, enclosures: [{ name: 'x', part: { type: 'image_url', image_url: { url: 'https://evil.example/x.png' } } }] } }] })
        transaction.addEventListener('complete', () => {
          opening.result.close()
          resolve()
        })
      })
    }))
    await reload(page)
    await page.locator('#conversations').click()
    await eventually(() => page.locator('#kept-note').innerText()).toBe('3 of what is kept cannot be read, and is left as it is.')
    expect([await titles(page), (await stored(page)).length]).toEqual([['A good one'], 4])
    expect(heard.complaints).toEqual([])
  })

  test('page says where a browser refuses to keep, and loses nothing that is shown', async () => {
    await start()
    await keep(page)
    await page.evaluate(() => {
      IDBObjectStore.prototype.put = () => {
        throw new DOMException('Out of room', 'QuotaExceededError')
      }
    })
    await chat(page, 'Too much')
    await eventually(problem).toContain('the browser has no room left for it (QuotaExceededError)')
    expect([await questions(page), (await lastText(page)).length > 10]).toEqual([['Too much'], true])
    await page.addInitScript(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException('Not here', 'SecurityError')
      }
    })
    await reload(page)
    await page.locator('#conversations').click()
    await eventually(problem).toContain('The kept conversations cannot be read: Not here (SecurityError)')
    await chat(page, 'Still works')
    expect(await lastText(page)).toContain('Still works')
  })

  test('page that is left while it answers has kept what came', async () => {
    await start()
    await keep(page)
    await ask(page, 'Go on', 'gpt-4o-mini~endless')
    await speaking(page)
    await page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    })
    await eventually(async () => JSON.stringify(await stored(page))).toMatch(/"type":"text","text":" and on \(1\) and on/)
    await reload(page)
    await page.locator('#conversations').click()
    await page.locator('#kept .open').click()
    expect((await lastText(page)).length).toBeGreaterThan(10)
    expect(await page.locator('.answer .retry').count()).toBe(1)
    // The model is told of it, and nothing was asked again.
    const before = (await demo.calls()).length
    await page.locator('#deployment').selectOption('gpt-4o-mini')
    await chat(page, 'And now?')
    const calls = await demo.calls()
    expect([calls.length, rolesOf(calls.at(-1)?.body)]).toEqual([before + 1, ['user', 'assistant', 'user']])
  })
})
