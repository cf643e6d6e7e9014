import type { Page } from 'playwright'
import { describe, expect, test } from 'vitest'
import { ask, demoOf, found, lastText, settled } from './browser.ts'
import type { Heard } from './browser.ts'
import { chat, databases, eventually, keep, questions, reload, rolesOf, stored, titles } from './kept.ts'

describe.skipIf(!found)('demo page, kept conversations', () => {
  const demo = demoOf({ CHUNK_DELAY_MS: '2' })
  let heard: Heard
  let page: Page

  async function start(options?: Parameters<typeof demo.open>[1]): Promise<void> {
    ;({ page } = heard = await demo.open('/', options))
    await page.locator('#deployment').selectOption('gpt-4o-mini')
  }

  test('page keeps nothing until it is asked to, says where, and deletes all of it once that is confirmed', async () => {
    await start()
    await chat(page, 'Nobody keeps this')
    expect([await databases(page), await page.evaluate(() => localStorage.length)]).toEqual([[], 0])
    await page.locator('#conversations').click()
    expect(await page.locator('#kept-where').innerText()).toMatch(/^Off: nothing is stored/)
    await page.locator('#keep').check()
    // What is shown is kept at once.
    await eventually(() => titles(page)).toEqual(['Nobody keeps this'])
    expect(await page.locator('#kept-where').innerText()).toMatch(/database of this browser \(IndexedDB\), on this device/)
    await page.locator('#keep').click()
    await page.locator('#confirm').getByText('This deletes one conversation from this browser').waitFor()
    await page.keyboard.press('Escape')
    expect([await page.locator('#keep').isChecked(), await titles(page)]).toEqual([true, ['Nobody keeps this']])
    await page.locator('#keep').click()
    await page.locator('#confirm-yes').click()
    await eventually(() => databases(page)).toEqual([])
    await eventually(() => page.locator('#keep').isChecked()).toBe(false)
    expect([await titles(page), await page.evaluate(() => localStorage.length), await questions(page)]).toEqual([[], 0, ['Nobody keeps this']])
    expect(heard.complaints).toEqual([])
  })

  test('page opens a kept conversation with its branches, and goes on with what it shows', async () => {
    await start()
    await keep(page)
    await chat(page, 'Why should a page hold no key?')
    await page.getByRole('button', { name: 'Answer again' }).click()
    await settled(page)
    const text = await lastText(page)
    await page.locator('#fresh').click()
    await chat(page, 'Another one')
    await reload(page)
    expect(await page.locator('#welcome').isVisible()).toBe(true)
    await page.locator('#conversations').click()
    await eventually(() => titles(page)).toEqual(['Another one', 'Why should a page hold no key?'])
    await page.locator('#kept').getByRole('button', { name: /^Why should/ }).click()
    expect([await questions(page), await page.locator('.place').allInnerTexts(), await lastText(page)]).toEqual([['Why should a page hold no key?'], ['2/2'], text])
    // How fast it came once is not known any more.
    expect(await page.locator('.answer .figures').count()).toBe(0)
    expect(await page.locator('[data-fact=model] dd').innerText()).toBe('gpt-4o-mini-2024-07-18')
    expect(await page.locator('#kept [aria-current=true] .title').innerText()).toBe('Why should a page hold no key?')
    await chat(page, 'And then?')
    expect(rolesOf((await demo.calls()).at(-1)?.body)).toEqual(['user', 'assistant', 'user'])
    expect(heard.complaints).toEqual([])
    expect(await heard.violations()).toEqual([])
  })

  test('page keeps pictures, tools and failures, and never a token', async () => {
    const tokens: string[] = []
    await start()
    page.on('response', (response) => {
      if (new URL(response.url()).pathname === '/token') void response.json().then(({ token }: { token: string }) => tokens.push(token))
    })
    await keep(page)
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
    await eventually(async () => (await stored(page))[0]?.nodes.filter((node) => node.record?.ending).length).toBe(3)
    expect(tokens.length).toBeGreaterThanOrEqual(1)
    const all = JSON.stringify(await stored(page))
    for (const token of tokens) for (const part of [token, token.split('.')[1] ?? token]) expect(all).not.toContain(part)
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual(['keep-conversations'])
    await reload(page)
    await page.locator('#conversations').click()
    await page.locator('#kept .open').click()
    expect(await page.locator('.question canvas[aria-label="hills.png"]').count()).toBe(1)
    expect(await page.locator('.call[data-state=done] .outcome').innerText()).toContain('Lisbon')
    expect(await page.locator('.failure').count()).toBe(1)
    expect(heard.complaints.filter((complaint) => !complaint.includes('status of'))).toEqual([])
  })

  test('page renames and deletes by keyboard, and the focus is never lost', async () => {
    await start()
    await keep(page)
    await chat(page, 'One')
    await page.locator('#fresh').click()
    await chat(page, 'Two')
    await eventually(() => titles(page)).toEqual(['Two', 'One'])
    await page.getByRole('button', { name: 'Rename “One”' }).focus()
    await page.keyboard.press('Enter')
    await page.keyboard.type('A better title')
    await page.keyboard.press('Enter')
    await eventually(() => titles(page)).toEqual(['Two', 'A better title'])
    await page.getByRole('button', { name: 'Delete “Two”' }).focus()
    await page.keyboard.press('Enter')
    await page.locator('#confirm[open]').waitFor()
    // The first answer is no.
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('confirm-no')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await eventually(() => titles(page)).toEqual(['A better title'])
    await eventually(() => page.evaluate(() => document.activeElement?.textContent)).toContain('A better title')
    expect(await page.locator('#welcome').isVisible()).toBe(true)
    await reload(page)
    await page.locator('#conversations').click()
    await eventually(() => titles(page)).toEqual(['A better title'])
  })
})
