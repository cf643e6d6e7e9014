/**
 * A file in, a picture that a message can carry out: small enough to be sent again with every turn, and nothing but its pixels.
 * @module
 */
import { imagePart } from 'keyless-chat/content'
import type { Enclosure } from './question.ts'

/** What a picture may weigh. Models look at tiles of 512 pixels, and a relay may take 256 KiB for a whole conversation. */
const MAX_BYTES = 48 * 1024
const MAX_EDGE = 1024
/** Reads a file. @throws where it is no picture that this browser knows */
export async function readPicture(file: File): Promise<Enclosure> {
  const bitmap = await createImageBitmap(file)
  try {
    // A bitmap is always encoded anew, unlike a file, which may say where and when a photo was taken.
    return { name: file.name, part: await imagePart(bitmap, { maxBytes: MAX_BYTES, maxEdge: MAX_EDGE }) }
  } finally {
    bitmap.close()
  }
}

/** Paints a picture for those who have none at hand: hills below a sun. */
export async function paintPicture(): Promise<File> {
  const canvas = new OffscreenCanvas(640, 480)
  const context = canvas.getContext('2d')
  if (!context) throw new Error('This browser draws no pictures')
  const disc = (colour: string, x: number, y: number, radius: number) => {
    context.fillStyle = colour
    context.beginPath()
    context.arc(x, y, radius, 0, 2 * Math.PI)
    context.fill()
  }
  context.fillStyle = '#bfe3f2'
  context.fillRect(0, 0, 640, 480)
  disc('#f7c948', 480, 130, 60)
  disc('#4f9d69', 150, 640, 340)
  disc('#2f7d5b', 520, 700, 380)
  return new File([await canvas.convertToBlob()], 'hills.png', { type: 'image/png' })
}
