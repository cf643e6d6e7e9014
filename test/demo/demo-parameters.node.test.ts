import type { Page } from 'playwright'
import { describe, expect, test } from 'vitest'
import { ask, demoOf, found, settled } from './browser.ts'
import type { Heard } from './browser.ts'

/** Waits for what comes in its own time, on a busy machine as well. */
const eventually: typeof expect.poll = (read, options) => expect.poll(read, { timeout: 15_000, ...options })

describe.skipIf(!found)('demo page, parameters', () => {
  const demo = demoOf({ CHUNK_DELAY_MS: '2' })
  let heard: Heard
  let page: Page

  async function start(options?: Parameters<typeof demo.open>[1]): Promise<void> {
    ;({ page } = heard = await demo.open('/', options))
    await page.locator('#deployment').selectOption('gpt-4o-mini')
  }
  const open = () => page.locator('#tune').click()
  const close = () => page.locator('#parameters .close').click()
  const field = (name: string) => page.locator(`#parameter-${name}`)
  const wrong = (name: string) => page.locator(`#parameter-${name}-wrong`).innerText()
  const body = async () => (await demo.calls()).at(-1)?.body as Record<string, unknown>
  async function chat(words: string): Promise<Record<string, unknown>> {
    await ask(page, words)
    await settled(page)
    return body()
  }

  test('page sends what is set and nothing else, says what differs, and resets', async () => {
    await start()
    const plain = Object.keys(await chat('Hello'))
    await open()
    expect(await page.locator('#differs').innerText()).toMatch(/^Nothing differs/)
    await page.locator('#parameters-deployment').selectOption('grok-4-1-fast')
    await page.locator('#system').fill('Be brief.')
    await field('temperature').fill('0.2')
    await field('top_p').fill('0')
    await field('max_completion_tokens').fill('200')
    await field('reasoning_effort').selectOption('low')
    await field('stop').fill('END\n STOP')
    await field('seed').fill('-7')
    await close()
    expect(await page.locator('#set').innerText()).toBe('Sent along: a system message · temperature 0.2 · top p 0 · most tokens of an answer 200 · reasoning effort low · stop sequences "END", " STOP" · seed -7')
    expect(await chat('And again')).toMatchObject({ model: 'grok-4-1-fast', temperature: 0.2, top_p: 0, max_completion_tokens: 200, reasoning_effort: 'low', stop: ['END', ' STOP'], seed: -7 })
    expect((await body())['messages']).toMatchObject([{ role: 'system', content: 'Be brief.' }, { role: 'user' }, { role: 'assistant' }, { role: 'user' }])
    await open()
    await page.locator('#parameters-reset').click()
    await close()
    expect(await page.locator('#set').isVisible()).toBe(false)
    expect(Object.keys(await chat('Plain again'))).toEqual(plain)
    expect(heard.complaints).toEqual([])
    // None of it outlives the page.
    expect(await page.evaluate(() => localStorage.length)).toBe(0)
  })

  test.each([
    ['temperature', '2.1', 'Temperature must be a number from 0 to 2: it is 2.1. It is not sent.'],
    ['top_p', 'much', 'Top p must be a number from 0 to 1: it is much. It is not sent.'],
    ['max_completion_tokens', '0', 'Most tokens must be a whole number from 1 to 1000000: it is 0. It is not sent.'],
    ['seed', '1.5', 'Seed must be a whole number: it is 1.5. It is not sent.'],
    ['stop', 'a\nb\nc\nd\ne', 'There may be 4 stop sequences: there are 5. It is not sent.'],
  ])('page says what is wrong with %s, and does not send it', async (name, value, words) => {
    await start()
    await open()
    // A value that was good does not stay behind a wrong one.
    await field(name).fill('1')
    await field(name).fill(value)
    expect([await wrong(name), await field(name).getAttribute('aria-invalid')]).toEqual([words, 'true'])
    await close()
    expect(Object.keys(await chat('Hello'))).not.toContain(name)
    await open()
    await field(name).fill('')
    expect([await wrong(name), await field(name).getAttribute('aria-invalid')]).toEqual(['', 'false'])
  })

  test('page names the parameter that a deployment refuses, and takes it away from card and drawer', async () => {
    await start()
    await open()
    await field('temperature').fill('0.2')
    await field('seed').fill('7')
    await close()
    await ask(page, 'Hello', 'gpt-5-mini')
    await settled(page)
    expect(await page.locator('.failure[data-code=unsupported-parameter]').count()).toBe(1)
    await open()
    expect(await wrong('temperature')).toBe('gpt-5-mini has refused it.')
    await page.getByRole('button', { name: 'Leave it out' }).click()
    expect([await field('temperature').inputValue(), await wrong('temperature')]).toEqual(['', ''])
    await field('temperature').fill('0.3')
    await close()
    await page.getByRole('button', { name: 'Leave out temperature' }).click()
    await settled(page)
    expect(await page.locator('.failure').count()).toBe(0)
    expect(await body()).toMatchObject({ seed: 7 })
    expect(Object.keys(await body())).not.toContain('temperature')
    expect(await page.locator('#set').innerText()).toBe('Sent along: seed 7')
  })

  test('page shows the next request as a program, which says what is then sent', async () => {
    await start({ permissions: ['clipboard-read', 'clipboard-write'] })
    await chat("It's a \"first\" question\nof two lines")
    await open()
    await page.locator('#system').fill('Be brief.')
    await field('stop').fill("it's")
    await close()
    await page.locator('#prompt').fill('What is `${next}`?')
    await open()
    await page.locator('#program-source summary').click()
    // The element says that it is open in a task of its own, and is filled then.
    await eventually(() => page.locator('#program').innerText()).not.toBe('')
    const program = await page.locator('#program').innerText()
    await page.locator('#program-copy').click()
    await eventually(() => page.locator('#program-copied').innerText()).toBe('Copied')
    expect((await page.evaluate(() => navigator.clipboard.readText())).trim()).toBe(program.trim())
    expect(program).toContain("import { connect, streamChat } from 'keyless-chat'")
    expect(program).toContain(`endpoint: '${demo.emulator}', token: brokerTokens('/token')`)
    const [, literal = ''] = /const request = ([^]*?) as const\n/.exec(program) ?? []
    const request = await page.evaluate(`(${literal})`)
    await close()
    await page.locator('#prompt').press('Enter')
    await settled(page)
    const { stream: _, stream_options: __, ...sent } = await body()
    expect(sent).toEqual(request)
  })

  test('page takes texts and PDFs, says their limits before, and refuses what is larger', async () => {
    await start()
    const files = page.locator('#files')
    const status = () => page.locator('#status').innerText()
    await files.setInputFiles({ name: 'large.txt', mimeType: 'text/plain', buffer: Buffer.alloc(65 * 1024, 'a') })
    await eventually(status).toBe('large.txt is too large: a text may have 64 KiB, and it has 65 KiB')
    await files.setInputFiles({ name: 'large.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(600 * 1024, 'a') })
    await eventually(status).toBe('large.pdf is too large: a PDF may have 512 KiB, and it has 600 KiB')
    await files.setInputFiles({ name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) })
    await eventually(status).toBe('empty.txt is empty')
    await files.setInputFiles([{ name: 'data.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b\n1,ü') }, { name: 'paper.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 words') }])
    await eventually(() => page.locator('#tray .file .name').allInnerTexts()).toEqual(['data.csv', 'paper.pdf'])
    expect(await page.locator('#limits-of-files').innerText()).toMatch(/^Up to 3 files: .* 64 KiB, PDFs up to 512 KiB$/)
    const { messages } = (await chat('What is in them?')) as { messages: { content: unknown }[] }
    expect(messages[0]?.content).toEqual([
      { type: 'text', text: 'What is in them?' },
      { type: 'text', text: 'The file data.csv:\n\na,b\n1,ü' },
      { type: 'file', file: { filename: 'paper.pdf', file_data: `data:application/pdf;base64,${Buffer.from('%PDF-1.7 words').toString('base64')}` } },
    ])
    expect(await page.locator('.question .file .name').allInnerTexts()).toEqual(['data.csv', 'paper.pdf'])
    // Over the page, files show where they go.
    await page.evaluate(() => {
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File(['x'], 'x.txt'))
      document.body.dispatchEvent(new DragEvent('dragover', { dataTransfer, bubbles: true, cancelable: true }))
    })
    expect(await page.locator('#drop').innerText()).toContain('Drop files here')
    await page.evaluate(() => document.documentElement.dispatchEvent(new DragEvent('dragleave', { relatedTarget: null })))
    expect(await page.locator('#drop').isVisible()).toBe(false)
    expect(heard.complaints).toEqual([])
    expect(await heard.violations()).toEqual([])
  })
})
