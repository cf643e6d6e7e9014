import { describe, expect, test } from 'vitest'
import { audioPart, filePart, imagePart, textPart } from '../../src/content/index.ts'
import { chat } from '../../src/index.ts'
import { foundry, rejection } from '../conformance/foundry.ts'
import { AAC, bytesOf, counted, GIF, held, HTML, ID3, JPEG, MP3, OGG, PDF, PNG, WAV, WEBP } from './samples.ts'

const refused = async (promise: Promise<unknown>, why: RegExp) => {
  const error = await rejection(promise)
  expect(error).toMatchObject({ name: 'ChatError', code: 'invalid-request', message: expect.stringMatching(why) })
  expect(String(error).length).toBeLessThan(200)
}

describe('textPart()', () => {
  test('has its words', () => expect(textPart('Hello')).toEqual({ type: 'text', text: 'Hello' }))

  test.each([['', '""'], [7, '7'], [undefined, 'undefined'], [{ text: 'x'.repeat(9999) }, '{"text":"xxx']])('refuses %j', async (text, found) => {
    await refused((async () => textPart(text as string))(), new RegExp(`it is ${found}`))
  })
})

describe('imagePart()', () => {
  test.each(['https://contoso.com/a.png?b', 'http://127.0.0.1/a', 'HTTPS://contoso.com', 'data:image/png;base64,iVBORw0KGgo=', 'data:image/svg+xml;charset=utf-8;base64,PHN2Zy8+'])('passes %s on as it is', async (url) => {
    expect(await imagePart(url)).toEqual({ type: 'image_url', image_url: { url } })
    expect(await imagePart(url, { detail: 'low', maxBytes: 1 })).toEqual({ type: 'image_url', image_url: { url, detail: 'low' } })
  })

  test.each(['javascript:alert(1)', 'blob:https://contoso.com/1', 'file:///a.png', '/a.png', 'a.png', '', 'https://', ' https://contoso.com', 'data:image/png,abc', 'data:image/png;base64,', 'data:text/html;base64,aaaa', 'data:,data:image/png;base64,aaaa'])('refuses %j', async (url) => {
    await refused(imagePart(url), new RegExp(`it is ${JSON.stringify(url).replaceAll(/[/+*.()]/g, '\\$&')}$`))
  })

  test('repeats of a long URL only its beginning', () => refused(imagePart(`data:text/plain;base64,${'a'.repeat(1e6)}`), /data:text\/plain/))

  test.each([['image/png', PNG], ['image/jpeg', JPEG], ['image/gif', GIF], ['image/webp', WEBP]] as const)('tells %s by its first bytes, in any form, and changes none', async (type, bytes) => {
    const inside = new Uint8Array([1, 2, ...bytes, 3]).subarray(2, 2 + bytes.length)
    for (const source of [bytes, bytes.buffer, inside, new Blob([bytes]), new Blob([bytes], { type: 'text/plain' })]) {
      expect(held((await imagePart(source)).image_url.url)).toEqual({ type, bytes })
    }
  })

  test("takes a blob's type before its first bytes, without parameters", async () => {
    expect(held((await imagePart(new Blob([PNG], { type: 'image/avif' }))).image_url.url).type).toBe('image/avif')
    expect(held((await imagePart(new Blob([PNG], { type: 'image/svg+xml;charset=utf-8' }))).image_url.url).type).toBe('image/svg+xml')
    expect(held((await imagePart(new Blob([PNG], { type: 'image/x,y' }))).image_url.url).type).toBe('image/png')
  })

  test('has detail where it is asked for', async () => {
    expect((await imagePart(PNG, { detail: 'high' })).image_url.detail).toBe('high')
    expect((await imagePart(PNG)).image_url).not.toHaveProperty('detail')
  })

  test.each([
    [HTML, /it is "<!doctype ht"$/],
    [WAV, /it is "RIFF/],
    // Bun 1.4.5 adds a charset to the type of a text.
    [new Blob([HTML], { type: 'text/html' }), /it is text\/html(;charset=utf-8)?$/],
    [new Uint8Array(), /0 bytes$/],
    [new ArrayBuffer(0), /0 bytes$/],
    [new Blob([], { type: 'image/png' }), /0 bytes$/],
    [null, /it is \[object Null\]$/],
    [undefined, /it is \[object Undefined\]$/],
    [7, /it is \[object Number\]$/],
    [[1, 2], /it is \[object Array\]$/],
    [{ size: 1 }, /it is \[object Object\]$/],
  ])('refuses %o', (source, why) => refused(imagePart(source as Blob), why))

  test.each([[{ maxBytes: 0 }, /0 and 2048$/], [{ maxBytes: NaN }, /NaN and/], [{ maxEdge: 0.5 }, /and 0.5$/], [{ maxEdge: NaN }, /and NaN$/]])('refuses %j', (options, why) => refused(imagePart(PNG, options), why))

  test('lets an image of maxBytes pass untouched', async () => {
    const bytes = new Uint8Array([...PNG, ...counted(1000 - PNG.length)])
    expect(held((await imagePart(bytes, { maxBytes: 1000 })).image_url.url).bytes).toEqual(bytes)
  })

  test('fits by default into a request that a relay takes, with 100 kB to spare', async () => {
    const bytes = new Uint8Array(700_000)
    bytes.set(PNG)
    expect((await imagePart(bytes)).image_url.url.length).toBeLessThan(1_048_576 - 100_000)
  })
})

describe('audioPart()', () => {
  test.each([['wav', WAV], ['mp3', MP3], ['mp3', ID3], ['mp3', bytesOf('\xff\xf3\x84\xc4')]] as const)('tells %s by its first bytes', async (format, bytes) => {
    for (const source of [bytes, bytes.buffer, new Blob([bytes]), new Blob([bytes], { type: 'video/webm' })]) {
      const { type, input_audio } = await audioPart(source)
      expect([type, input_audio.format, bytesOf(atob(input_audio.data))]).toEqual(['input_audio', format, bytes])
    }
  })

  test.each([['audio/wav', 'wav'], ['audio/x-wav', 'wav'], ['audio/wave', 'wav'], ['audio/vnd.wave', 'wav'], ['audio/mpeg', 'mp3'], ['audio/mp3', 'mp3'], ['audio/mpeg;codecs=mp3', 'mp3']])('takes a blob of %s', async (type, format) => {
    expect((await audioPart(new Blob(['x'], { type }))).input_audio.format).toBe(format)
  })

  test('takes a format above what the source says', async () => {
    expect((await audioPart(counted(3), { format: 'wav' })).input_audio.format).toBe('wav')
    expect((await audioPart(new Blob([WAV], { type: 'audio/wav' }), { format: 'mp3' })).input_audio.format).toBe('mp3')
  })

  test('refuses what is neither WAV nor MP3', async () => {
    await refused(audioPart(OGG), /WAV or MP3: it is "OggS/)
    await refused(audioPart(AAC), /WAV or MP3/)
    await refused(audioPart(WEBP), /WAV or MP3: it is "RIFF/)
    await refused(audioPart(bytesOf('RIFF\x24\n\0\0AVI LIST')), /WAV or MP3: it is "RIFF/)
    await refused(audioPart(new Blob([OGG], { type: 'audio/ogg' })), /it is audio\/ogg$/)
    await refused(audioPart(OGG, { format: 'ogg' as 'mp3' }), /it is audio\/ogg$/)
    await refused(audioPart(new Blob([]), { format: 'wav' }), /0 bytes$/)
    await refused(audioPart('https://contoso.com/a.mp3' as unknown as Blob), /\[object String\]$/)
  })
})

describe('filePart()', () => {
  test('has the name and the type of its source', async () => {
    const { type, file } = await filePart(new File([PDF], 'bill.pdf', { type: 'application/pdf' }))
    expect([type, file.filename, held(file.file_data)]).toEqual(['file', 'bill.pdf', { type: 'application/pdf', bytes: PDF }])
    expect((await filePart(new File([PDF], 'bill.pdf'), { filename: 'other.pdf' })).file.filename).toBe('other.pdf')
    expect((await filePart(PDF)).file).toMatchObject({ filename: 'file.pdf', file_data: expect.stringMatching(/^data:application\/pdf;base64,/) })
    expect((await filePart(new File([PDF], ''))).file.filename).toBe('file.pdf')
    expect((await filePart(new Blob(['a,b'], { type: 'text/csv;charset=utf-8' }))).file).toEqual({ filename: 'file.csv', file_data: 'data:text/csv;base64,YSxi' })
  })

  test('refuses what is empty or of a type that nobody can tell', async () => {
    await refused(filePart(counted(3)), /of a known type: it is "/)
    await refused(filePart(new File([], 'bill.pdf', { type: 'application/pdf' })), /0 bytes$/)
    await refused(filePart('data:application/pdf;base64,aaaa' as unknown as Blob), /\[object String\]$/)
  })
})

describe('base64', () => {
  for (const [how, own] of [["by the engine's own way where it has one", true], ['by hand elsewhere', false]] as const) {
    test(`is exact ${how}, of whatever length`, async () => {
      const { prototype } = Uint8Array
      const descriptor = Object.getOwnPropertyDescriptor(prototype, 'toBase64')
      if (!own && descriptor) Reflect.deleteProperty(prototype, 'toBase64')
      try {
        // Pieces of 8192, and what base64 pads.
        for (const length of [1, 2, 3, 255, 256, 8191, 8192, 8193, 16_385, 1_000_001]) {
          const { input_audio } = await audioPart(counted(length), { format: 'wav' })
          expect(bytesOf(atob(input_audio.data)).every((byte, at) => byte === ((at * 7 + (at >> 8)) & 255)), `${length} bytes`).toBe(true)
          expect(input_audio.data).toHaveLength(Math.ceil(length / 3) * 4)
        }
      } finally {
        if (descriptor) Object.defineProperty(prototype, 'toBase64', descriptor)
      }
    })
  }

  test('is asked of the engine where it can write it', async () => {
    const { prototype } = Uint8Array
    const descriptor = Object.getOwnPropertyDescriptor(prototype, 'toBase64')
    Object.defineProperty(prototype, 'toBase64', { configurable: true, value: () => 'b3du' })
    try {
      expect((await audioPart(WAV)).input_audio.data).toBe('b3du')
    } finally {
      if (descriptor) Object.defineProperty(prototype, 'toBase64', descriptor)
      else Reflect.deleteProperty(prototype, 'toBase64')
    }
  })
})

test('parts go to the model as they are made', async () => {
  const { connection, emulator } = foundry()
  const content = [textPart('What is this?'), await imagePart(PNG, { detail: 'low' }), await imagePart('https://contoso.com/a.png'), await audioPart(WAV), await filePart(PDF)]
  expect((await chat(connection, { model: 'gpt-4o-mini', messages: [{ role: 'user', content }] })).text).toMatch(/./)
  expect(emulator.calls[0]?.body).toMatchObject({
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url: `data:image/png;base64,${btoa(String.fromCharCode(...PNG))}`, detail: 'low' } },
          { type: 'image_url', image_url: { url: 'https://contoso.com/a.png' } },
          { type: 'input_audio', input_audio: { data: btoa(String.fromCharCode(...WAV)), format: 'wav' } },
          { type: 'file', file: { filename: 'file.pdf', file_data: `data:application/pdf;base64,${btoa(String.fromCharCode(...PDF))}` } },
        ],
      },
    ],
  })
})
