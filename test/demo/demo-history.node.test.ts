import type { Page } from 'playwright'
import { describe, expect, test } from 'vitest'
import { ask, demoOf, found, lastText, settled, speaking } from './browser.ts'
import type { Heard } from './browser.ts'

describe.skipIf(!found)('demo page, kept conversations', () => {
  const demo = demoOf({ CHUNK_DELAY_MS: '2' })
  let heard: Heard
  let page: Page

  async function start(options?: Parameters<typeof demo.open>[1]): Promise<void> {
    ;({ page } = heard = await demo.open('/', options))
    await page.locator('#deployment').selectOption('gpt-4o-mini')
  }
  async function keep(): Promise<void> {
    await page.locator('#conversations').click()
    await page.locator('#keep').check()
    await expect.poll(databases).toEqual(['keyless-chat'])
  }
  async function chat(words: string, on = page): Promise<void> {
    await ask(on, words)
    await settled(on)
  }
  async function reload(on = page): Promise<void> {
    await on.reload()
    await on.locator('#deployment option').first().waitFor({ state: 'attached' })
  }
  const databases = () => page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))
  const titles = (on = page) => on.locator('#kept .title').allInnerTexts()
  const questions = (on = page) => on.locator('.question .text').allInnerTexts()
  const problem = () => page.locator('#kept-problem').innerText()
  /** All that is in the database, as it is. */
  const stored = () => page.evaluate(() => new Promise<readonly { id: string; nodes: { kind: string; record?: { ending?: unknown } }[] }[]>((resolve, reject) => {
    const opening = indexedDB.open('keyless-chat')
    opening.addEventListener('error', () => reject(new Error(String(opening.error))))
    opening.addEventListener('success', () => {
      const reading = opening.result.transaction('conversations').objectStore('conversations').getAll()
      reading.addEventListener('success', () => {
        opening.result.close()
        resolve(reading.result as [])
      })
    })
  }))

  test('page keeps nothing until it is asked to, says where, and deletes all of it once that is confirmed', async () => {
    await start()
    await chat('Nobody keeps this')
    expect([await databases(), await page.evaluate(() => localStorage.length)]).toEqual([[], 0])
    await page.locator('#conversations').click()
    expect(await page.locator('#kept-where').innerText()).toMatch(/^Off: nothing is stored/)
    await page.locator('#keep').check()
    // What is shown is kept at once.
    await expect.poll(() => titles()).toEqual(['Nobody keeps this'])
    expect(await page.locator('#kept-where').innerText()).toMatch(/database of this browser \(IndexedDB\), on this device/)
    await page.locator('#keep').click()
    await page.locator('#confirm').getByText('This deletes one conversation from this browser').waitFor()
    await page.keyboard.press('Escape')
    expect([await page.locator('#keep').isChecked(), await titles()]).toEqual([true, ['Nobody keeps this']])
    await page.locator('#keep').click()
    await page.locator('#confirm-yes').click()
    await expect.poll(databases).toEqual([])
    await expect.poll(() => page.locator('#keep').isChecked()).toBe(false)
    expect([await titles(), await page.evaluate(() => localStorage.length), await questions()]).toEqual([[], 0, ['Nobody keeps this']])
    expect(heard.complaints).toEqual([])
  })

  test('page opens a kept conversation with its branches, and goes on with what it shows', async () => {
    await start()
    await keep()
    await chat('Why should a page hold no key?')
    await page.getByRole('button', { name: 'Answer again' }).click()
    await settled(page)
    const text = await lastText(page)
    await page.locator('#fresh').click()
    await chat('Another one')
    await reload()
    expect(await page.locator('#welcome').isVisible()).toBe(true)
    await page.locator('#conversations').click()
    await expect.poll(() => titles()).toEqual(['Another one', 'Why should a page hold no key?'])
    await page.locator('#kept').getByRole('button', { name: /^Why should/ }).click()
    expect([await questions(), await page.locator('.place').allInnerTexts(), await lastText(page)]).toEqual([['Why should a page hold no key?'], ['2/2'], text])
    // How fast it came once is not known any more.
    expect(await page.locator('.answer .figures').count()).toBe(0)
    expect(await page.locator('[data-fact=model] dd').innerText()).toBe('gpt-4o-mini-2024-07-18')
    expect(await page.locator('#kept [aria-current=true] .title').innerText()).toBe('Why should a page hold no key?')
    await chat('And then?')
    const { messages } = (await demo.calls()).at(-1)?.body as { messages: { role: string }[] }
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
    expect(heard.complaints).toEqual([])
    expect(await heard.violations()).toEqual([])
  })

  test('page keeps pictures, tools and failures, and never a token', async () => {
    const tokens: string[] = []
    await start()
    page.on('response', (response) => {
      if (new URL(response.url()).pathname === '/token') void response.json().then(({ token }: { token: string }) => tokens.push(token))
    })
    await keep()
    await page.locator('#history .close').click()
    await page.getByRole('button', { name: 'Show it a picture' }).click()
    await page.locator('.answer').waitFor()
    await settled(page)
    await page.getByRole('button', { name: 'Tools' }).click()
    await ask(page, 'What is the weather in Lisbon?')
    await page.getByRole('button', { name: 'Allow' }).click()
    await settled(page)
    await page.getByRole('button', { name: 'Tools' }).click()
    await ask(page, 'Say my token', 'gpt-4o-mini~echo')
    await settled(page)
    await expect.poll(async () => (await stored())[0]?.nodes.filter((node) => node.record?.ending).length).toBe(3)
    expect(tokens.length).toBeGreaterThanOrEqual(1)
    const all = JSON.stringify(await stored())
    for (const token of tokens) for (const part of [token, token.split('.')[1] ?? token]) expect(all).not.toContain(part)
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual(['keep-conversations'])
    await reload()
    await page.locator('#conversations').click()
    await page.locator('#kept .open').click()
    expect(await page.locator('.question canvas[aria-label="hills.png"]').count()).toBe(1)
    expect(await page.locator('.call[data-state=done] .outcome').innerText()).toContain('Lisbon')
    expect(await page.locator('.failure').count()).toBe(1)
    expect(heard.complaints.filter((complaint) => !complaint.includes('status of'))).toEqual([])
  })

  test('page renames and deletes by keyboard, and the focus is never lost', async () => {
    await start()
    await keep()
    await chat('One')
    await page.locator('#fresh').click()
    await chat('Two')
    await expect.poll(() => titles()).toEqual(['Two', 'One'])
    await page.getByRole('button', { name: 'Rename “One”' }).focus()
    await page.keyboard.press('Enter')
    await page.keyboard.type('A better title')
    await page.keyboard.press('Enter')
    await expect.poll(() => titles()).toEqual(['Two', 'A better title'])
    await page.getByRole('button', { name: 'Delete “Two”' }).focus()
    await page.keyboard.press('Enter')
    await page.locator('#confirm[open]').waitFor()
    // The first answer is no.
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('confirm-no')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await expect.poll(() => titles()).toEqual(['A better title'])
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toContain('A better title')
    expect(await page.locator('#welcome').isVisible()).toBe(true)
    await reload()
    await page.locator('#conversations').click()
    await expect.poll(() => titles()).toEqual(['A better title'])
  })

  test('page in two tabs destroys nothing of the other\'s', async () => {
    await start()
    await keep()
    await chat('From the first tab')
    const other = await page.context().newPage()
    await other.goto(demo.page)
    await other.locator('#conversations').click()
    await other.locator('#kept .open').click()
    expect(await questions(other)).toEqual(['From the first tab'])
    // Both go on from the same answer, and neither knows of the other.
    await chat('On in the first', page)
    await chat('On in the second', other)
    await other.locator('#fresh').click()
    await chat('Of the second alone', other)
    await expect.poll(() => titles()).toHaveLength(2)
    await reload()
    await page.locator('#conversations').click()
    await page.locator('#kept').getByRole('button', { name: /^From the first/ }).click()
    expect(await page.locator('.place').allInnerTexts()).toEqual(['2/2'])
    const second = await questions()
    await page.getByRole('button', { name: 'Previous version of this question' }).click()
    expect([second, await questions()]).toEqual([['From the first tab', 'On in the second'], ['From the first tab', 'On in the first']])
    // Switched off here, it is off there.
    await page.locator('#keep').click()
    await page.locator('#confirm-yes').click()
    await expect.poll(() => other.locator('#keep').isChecked()).toBe(false)
    await chat('After that', other)
    expect(await databases()).toEqual([])
  })

  test('page takes nothing from storage that is no conversation, and leaves it there', async () => {
    await start()
    await keep()
    await chat('A good one')
    await expect.poll(async () => (await stored()).length).toBe(1)
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
    await reload()
    await page.locator('#conversations').click()
    await expect.poll(() => page.locator('#kept-note').innerText()).toBe('3 of what is kept cannot be read, and is left as it is.')
    expect([await titles(), (await stored()).length]).toEqual([['A good one'], 4])
    expect(heard.complaints).toEqual([])
  })

  test('page says where a browser refuses to keep, and loses nothing that is shown', async () => {
    await start()
    await keep()
    await page.evaluate(() => {
      IDBObjectStore.prototype.put = () => {
        throw new DOMException('Out of room', 'QuotaExceededError')
      }
    })
    await chat('Too much')
    await expect.poll(problem).toContain('the browser has no room left for it (QuotaExceededError)')
    expect([await questions(), (await lastText(page)).length > 10]).toEqual([['Too much'], true])
    await page.addInitScript(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException('Not here', 'SecurityError')
      }
    })
    await reload()
    await page.locator('#conversations').click()
    await expect.poll(problem).toContain('The kept conversations cannot be read: Not here (SecurityError)')
    await chat('Still works')
    expect(await lastText(page)).toContain('Still works')
  })

  test('page that is left while it answers has kept what came', async () => {
    await start()
    await keep()
    await ask(page, 'Go on', 'gpt-4o-mini~endless')
    await speaking(page)
    await page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    })
    await expect.poll(async () => JSON.stringify(await stored())).toMatch(/"type":"text","text":" and on \(1\) and on/)
    await reload()
    await page.locator('#conversations').click()
    await page.locator('#kept .open').click()
    expect((await lastText(page)).length).toBeGreaterThan(10)
    expect(await page.locator('.answer .retry').count()).toBe(1)
    // The model is told of it, and nothing was asked again.
    const before = (await demo.calls()).length
    await page.locator('#deployment').selectOption('gpt-4o-mini')
    await chat('And now?')
    const calls = await demo.calls()
    expect([calls.length, (calls.at(-1)?.body as { messages: { role: string }[] }).messages.map(({ role }) => role)]).toEqual([before + 1, ['user', 'assistant', 'user']])
  })
})
