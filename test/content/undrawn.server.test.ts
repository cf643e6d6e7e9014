import { expect, test } from 'vitest'
import { imagePart } from '../../src/content/index.ts'
import { rejection } from '../conformance/foundry.ts'
import { PNG } from './samples.ts'

// Deno 2.9.5 has an OffscreenCanvas, which draws for WebGPU alone.
test.skipIf('Deno' in globalThis)('imagePart() refuses an image above maxBytes where nothing can be drawn, and says both', async () => {
  expect(typeof OffscreenCanvas).toBe('undefined')
  const bytes = new Uint8Array(700_001)
  bytes.set(PNG)
  const error = await rejection(imagePart(bytes))
  expect(error).toMatchObject({ code: 'invalid-request', message: 'Cannot make the part as it is 700001 bytes, maxBytes is 700000, and it cannot be drawn smaller: there is no OffscreenCanvas' })
  expect((await imagePart(bytes.subarray(0, 700_000))).image_url.url).toMatch(/^data:image\/png/)
})
