// Real pictures, drawn and drawn smaller by the browser.
import { describe, expect, test } from 'vitest'
import { imagePart, textPart } from '../../src/content/index.ts'
import { chat } from '../../src/index.ts'
import { foundry, rejection } from '../conformance/foundry.ts'
import { held, HTML, PNG } from './samples.ts'

/** Noise over a gradient, which compresses badly; always the same. */
function picture(width: number, height: number): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D
  const image = context.createImageData(width, height)
  let state = 1
  for (let at = 0; at < image.data.length; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const noise = (state >>> 24) / 4
    image.data.set([((at / 4) % width) / width * 190 + noise, (at / image.data.length) * 190 + noise, noise * 4, 255], at)
  }
  context.putImageData(image, 0, 0)
  return canvas
}

/** What a data URL shows, and how many bytes it has. */
async function shown(url: string) {
  const { type, bytes } = held(url)
  const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: type ?? '' }))
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D
  context.drawImage(bitmap, 0, 0)
  const pixel = (x: number, y: number) => [...context.getImageData(Math.round(x * (bitmap.width - 1)), Math.round(y * (bitmap.height - 1)), 1, 1).data]
  return { type, size: bytes.length, width: bitmap.width, height: bitmap.height, pixel }
}
const scaled = async (...args: Parameters<typeof imagePart>) => shown((await imagePart(...args)).image_url.url)

describe('imagePart() draws', () => {
  test('an image above maxBytes, smaller until it fits, in its ratio', async () => {
    const big = await picture(3000, 2000).convertToBlob({ type: 'image/png' })
    expect(big.size).toBeGreaterThan(5_000_000)
    for (const maxBytes of [undefined, 200_000, 20_000, 2000]) {
      const { type, size, width, height } = await scaled(big, maxBytes ? { maxBytes } : {})
      expect(type).toBe('image/jpeg')
      expect(size).toBeLessThanOrEqual(maxBytes ?? 700_000)
      // No smaller than it has to be.
      expect(size).toBeGreaterThan((maxBytes ?? 700_000) / 4)
      expect(width).toBeLessThanOrEqual(2048)
      expect(Math.abs(width - height * 1.5)).toBeLessThanOrEqual(1.5)
    }
  })

  test('no image that fits, and no larger one than there was', async () => {
    const small = await picture(60, 40).convertToBlob({ type: 'image/png' })
    expect(await scaled(small, { maxBytes: small.size, maxEdge: 10 })).toMatchObject({ type: 'image/png', size: small.size, width: 60 })
    expect(await scaled(small, { maxBytes: small.size - 1 })).toMatchObject({ type: 'image/jpeg', width: 60, height: 40 })
  })

  test('within maxEdge, the longer edge, whichever that is', async () => {
    const [wide, high] = await Promise.all([picture(600, 200).convertToBlob({ type: 'image/png' }), picture(200, 600).convertToBlob({ type: 'image/png' })])
    expect(await scaled(wide, { maxBytes: 90_000, maxEdge: 300 })).toMatchObject({ width: 300, height: 100 })
    expect(await scaled(high, { maxBytes: 90_000, maxEdge: 300 })).toMatchObject({ width: 100, height: 300 })
    expect(await scaled(picture(3000, 100).transferToImageBitmap())).toMatchObject({ width: 2048, height: 69 })
  })

  test('every ImageBitmap, and leaves it open', async () => {
    const bitmap = picture(80, 50).transferToImageBitmap()
    expect(await scaled(bitmap)).toMatchObject({ type: 'image/jpeg', width: 80, height: 50 })
    expect(await scaled(bitmap, { maxEdge: 40 })).toMatchObject({ width: 40, height: 25 })
    expect(bitmap.width).toBe(80)
    bitmap.close()
    expect(await rejection(imagePart(bitmap))).toMatchObject({ code: 'invalid-request', message: expect.stringContaining('0 × 0') })
  })

  test('on white what is transparent, and otherwise what was there', async () => {
    const canvas = new OffscreenCanvas(40, 40)
    const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D
    context.fillStyle = '#c00000'
    context.fillRect(0, 0, 20, 40)
    const { pixel } = await scaled(canvas.transferToImageBitmap())
    const near = (found: number[], wanted: number[]) => wanted.forEach((value, at) => expect(Math.abs((found[at] ?? NaN) - value)).toBeLessThan(16))
    near(pixel(0.1, 0.5), [192, 0, 0, 255])
    near(pixel(0.9, 0.5), [255, 255, 255, 255])
  })

  test('closes what it has decoded itself', async () => {
    const big = await picture(200, 200).convertToBlob({ type: 'image/png' })
    const decode = globalThis.createImageBitmap
    const decoded: ImageBitmap[] = []
    globalThis.createImageBitmap = async (source: ImageBitmapSource) => {
      const bitmap = await decode(source)
      decoded.push(bitmap)
      return bitmap
    }
    try {
      await imagePart(big, { maxBytes: 9000 })
      await rejection(imagePart(big, { maxBytes: 9 }))
    } finally {
      globalThis.createImageBitmap = decode
    }
    expect(decoded.map(({ width }) => width)).toEqual([0, 0])
  })

  test('nothing that is no image, and nothing into no bytes: says both numbers', async () => {
    const fake = new Blob([HTML, new Uint8Array(700_000)], { type: 'image/png' })
    expect(await rejection(imagePart(fake))).toMatchObject({ code: 'invalid-request', cause: expect.any(DOMException), message: expect.stringMatching(new RegExp(`${fake.size} bytes, maxBytes is 700000`)) })
    const cut = new Blob([PNG, new Uint8Array(700_000)])
    expect(await rejection(imagePart(cut))).toMatchObject({ code: 'invalid-request' })
    const big = await picture(200, 200).convertToBlob({ type: 'image/png' })
    expect(await rejection(imagePart(big, { maxBytes: 10 }))).toMatchObject({ code: 'invalid-request', message: expect.stringMatching(/maxBytes is 10, .* bytes are left$/) })
  })

  test('what then goes to the model', async () => {
    const { connection, emulator } = foundry()
    const part = await imagePart(await picture(3000, 2000).convertToBlob({ type: 'image/png' }))
    const { text } = await chat(connection, { model: 'gpt-4o-mini', messages: [{ role: 'user', content: [textPart('What is this?'), part] }] })
    expect(text).toMatch(/./)
    expect(emulator.calls[0]?.body).toMatchObject({ messages: [{ content: [{ type: 'text' }, part] }] })
  })
})
