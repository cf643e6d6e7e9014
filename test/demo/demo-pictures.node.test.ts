import type { Page } from 'playwright'
import { describe, expect, test } from 'vitest'
import { ask, demoOf, found, lastText, settled } from './browser.ts'
import type { Heard } from './browser.ts'
import { unreadable } from './contrast.ts'

interface File {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}
interface Part {
  readonly type: string
  readonly text?: string
  readonly image_url?: { readonly url: string }
}

describe.skipIf(!found)('demo page, pictures', () => {
  const demo = demoOf({ CHUNK_DELAY_MS: '2' })
  let heard: Heard
  let page: Page

  async function start(options?: Parameters<typeof demo.open>[1]): Promise<void> {
    ;({ page } = heard = await demo.open('/', options))
    await page.locator('#deployment').selectOption('gpt-4o-mini')
  }
  const thumbnails = () => page.locator('#tray canvas').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')))
  const status = () => page.locator('#status').innerText()
  const messages = async () => ((await demo.calls()).at(-1)?.body as { messages: { content: readonly Part[] }[] } | undefined)?.messages ?? []
  const parts = async () => (await messages()).at(-1)?.content ?? []
  const bytesOf = ({ image_url: image }: Part) => Buffer.from(image?.url.split(',')[1] ?? '', 'base64')

  /** Makes a picture of noise, which no encoder makes small. */
  async function picture(name: string, width: number, height: number, type = 'image/png'): Promise<File> {
    const base64 = await page.evaluate(async ([w, h, mime]) => {
      const canvas = new OffscreenCanvas(w, h)
      const context = canvas.getContext('2d')
      const pixels = context?.createImageData(w, h)
      if (!context || !pixels) return ''
      for (let at = 0; at < pixels.data.length; at++) pixels.data[at] = at % 4 === 3 ? 255 : Math.random() * 256
      context.putImageData(pixels, 0, 0)
      const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: mime })).arrayBuffer())
      let text = ''
      for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768))
      return btoa(text)
    }, [width, height, type] as const)
    return { name, mimeType: type, buffer: Buffer.from(base64, 'base64') }
  }

  /** Pastes or drops files, as a browser hands them over. */
  const handOver = (event: 'paste' | 'drop', selector: string, { name, mimeType, buffer }: File) => page.evaluate(([kind, where, file, type, base64]) => {
    const data = new DataTransfer()
    data.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], file, { type }))
    const event = kind === 'paste' ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }) : new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
    return !document.querySelector(where)?.dispatchEvent(event)
  }, [event, selector, name, mimeType, buffer.toString('base64')] as const)

  test('page scales a chosen picture to what a message may carry, and shows it in the question', async () => {
    await start()
    const large = await picture('noise.png', 1600, 1200)
    expect(large.buffer.length).toBeGreaterThan(1_000_000)
    // It is read for as long as the test wants, however fast the machine is.
    await page.evaluate(() => {
      const decode = globalThis.createImageBitmap
      const read = new Promise<void>((resolve) => Object.assign(globalThis, { read: resolve }))
      Object.assign(globalThis, { createImageBitmap: (blob: Blob) => read.then(() => decode(blob)) })
    })
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Attach…' }).click()])
    await chooser.setFiles(large)
    // What is not read yet would be missing from the message.
    await page.locator('#prompt').fill('What is in this picture?')
    await page.locator('#prompt').press('Enter')
    expect(await page.locator('.question').count()).toBe(0)
    await page.evaluate(() => (globalThis as unknown as { read: () => void }).read())
    await expect.poll(thumbnails, { timeout: 15_000 }).toEqual(['noise.png'])
    expect(await status()).toBe('noise.png is attached')
    await page.locator('#prompt').press('Enter')
    await settled(page)
    const [text, image] = await parts()
    expect(text).toEqual({ type: 'text', text: 'What is in this picture?' })
    expect(image?.image_url?.url).toMatch(/^data:image\/jpeg;base64,/)
    const sent = image ? bytesOf(image) : Buffer.alloc(0)
    expect(sent.length).toBeGreaterThan(10_000)
    expect(sent.length).toBeLessThanOrEqual(48 * 1024)
    const { width, height } = await page.evaluate(async (base64) => {
      const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))]))
      return { width: bitmap.width, height: bitmap.height }
    }, sent.toString('base64'))
    expect(Math.abs(width / height - 4 / 3)).toBeLessThan(0.02)
    expect(await lastText(page)).toContain('a picture: JPEG,')
    expect(await thumbnails()).toEqual([])
    expect(await page.locator('.question').getByRole('img', { name: 'noise.png' }).count()).toBe(1)
    expect(await page.locator('#messages img').count()).toBe(0)
    // The next turn sends it along.
    await ask(page, 'And its colours?')
    await settled(page)
    expect((await messages())[0]?.content).toMatchObject([{ type: 'text' }, { type: 'image_url' }])
    expect(heard.complaints).toEqual([])
    expect(await heard.violations()).toEqual([])
  })

  test.each([['paste', '#prompt'], ['drop', '#log']] as const)('page takes a picture by %s', async (event, selector) => {
    await start()
    expect(await handOver(event, selector, await picture('here.png', 40, 30))).toBe(true)
    await expect.poll(thumbnails).toEqual(['here.png'])
    // Words are not needed.
    expect(await page.locator('#send').isEnabled()).toBe(true)
    await page.locator('#send').click()
    await settled(page)
    expect((await parts()).map(({ type }) => type)).toEqual(['image_url'])
    expect(await page.locator('.question .text').count()).toBe(0)
  })

  test('page leaves out what is removed, and takes no more than three', async () => {
    await start()
    const files = []
    for (const name of ['a.png', 'b.png', 'c.png', 'd.png']) files.push(await picture(name, 20, 20))
    await page.locator('#files').setInputFiles(files)
    await expect.poll(status).toBe('A message takes 3 files')
    expect(await thumbnails()).toEqual(['a.png', 'b.png', 'c.png'])
    await page.getByRole('button', { name: 'Remove b.png' }).focus()
    await page.keyboard.press('Enter')
    expect(await thumbnails()).toEqual(['a.png', 'c.png'])
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.id)
    expect(await focused()).toBe('Remove c.png')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    expect([await thumbnails(), await focused()]).toEqual([[], 'Attach…'])
    expect(await page.locator('#tray').isVisible()).toBe(false)
    await ask(page, 'Only words')
    await settled(page)
    expect(await parts()).toBe('Only words')
  })

  test('page refuses a file that is no picture, and keeps those that are', async () => {
    await start()
    await page.locator('#files').setInputFiles([{ name: 'evil.svg.png', mimeType: 'image/png', buffer: Buffer.from('<svg onload="document.title=1"/>') }, await picture('good.png', 20, 20)])
    await expect.poll(thumbnails).toEqual(['good.png'])
    await page.locator('#files').setInputFiles([{ name: 'bytes.bin', mimeType: 'application/octet-stream', buffer: Buffer.from([0xff, 0xfe, 0]) }])
    await expect.poll(status).toBe('bytes.bin is neither a picture, a PDF nor a text in UTF-8')
    expect(await thumbnails()).toEqual(['good.png'])
    expect(await page.title()).toBe('keyless-chat')
  })

  test('page sends the pixels of a photo alone, not what its file says beside', async () => {
    await start()
    const photo = await picture('photo.jpg', 40, 30, 'image/jpeg')
    await page.locator('#files').setInputFiles({ ...photo, buffer: Buffer.concat([photo.buffer, Buffer.from('GPS 38.7223 N')]) })
    await expect.poll(thumbnails).toEqual(['photo.jpg'])
    await ask(page, 'Where was it taken?')
    await settled(page)
    const image = (await parts())[1]
    expect(image && bytesOf(image).length).toBeGreaterThan(100)
    expect(image && bytesOf(image).toString('latin1')).not.toContain('GPS')
  })

  test('page keeps pictures in memory alone: a reload leaves nothing', async () => {
    await start()
    await page.locator('#files').setInputFiles(await picture('secret.png', 60, 60))
    await expect.poll(thumbnails).toEqual(['secret.png'])
    await ask(page, 'What is it?')
    await settled(page)
    await page.locator('#files').setInputFiles(await picture('other.png', 60, 60))
    await expect.poll(thumbnails).toEqual(['other.png'])
    await page.reload()
    await page.locator('#deployment option').first().waitFor({ state: 'attached' })
    const kept = await page.evaluate(async () => [document.documentElement.outerHTML, JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie, JSON.stringify(await indexedDB.databases()), JSON.stringify(await caches.keys()), JSON.stringify(history.state), location.href].join('\n'))
    for (const name of ['secret.png', 'other.png', 'What is it?', 'base64,']) expect(kept).not.toContain(name)
    expect(await page.evaluate(() => [localStorage.length, sessionStorage.length])).toEqual([0, 0])
  })

  test('page allows no address of an image but its own, whatever a model writes', async () => {
    await start()
    const policy = (await fetch(`${demo.page}/`)).headers.get('content-security-policy') ?? ''
    expect(/img-src ([^;]+)/.exec(policy)?.[1]).toBe("'self' data:")
    const requests: string[] = []
    page.on('request', (request) => requests.push(request.url()))
    await ask(page, '![x](https://evil.example/?q=1) <img src="https://evil.example/?q=2">')
    await settled(page)
    // A picture is a link to it, with the words for those who do not see it.
    expect(await lastText(page)).toContain('x <img src="https://evil.example/?q=2">')
    expect(await page.locator('.answer .text a.picture').getAttribute('href')).toBe('https://evil.example/?q=1')
    expect(requests.filter((url) => url.includes('evil'))).toEqual([])
    expect(await page.locator('#messages img').count()).toBe(0)
    expect(await heard.violations()).toEqual([])
  })

  test.each(['light', 'dark'] as const)('page suggests a picture of its own, and is readable with it in the %s theme', async (colorScheme) => {
    await start({ colorScheme, viewport: { width: 360, height: 700 }, isMobile: true, hasTouch: true })
    await page.getByRole('button', { name: 'Show it a picture' }).click()
    await page.locator('.answer').waitFor()
    await settled(page)
    expect((await parts()).map(({ type }) => type)).toEqual(['text', 'image_url'])
    await page.locator('#files').setInputFiles(await picture('one.png', 20, 20))
    await expect.poll(thumbnails).toEqual(['one.png'])
    expect(await unreadable(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
    for (const box of await page.locator('#tray button').all()) expect((await box.boundingBox())?.height).toBeGreaterThanOrEqual(36)
  })
})
