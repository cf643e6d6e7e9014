/**
 * A file in, a picture that a message can carry out: small enough to be sent again with every turn, and nothing but its pixels.
 * @module
 */
import type { ContentPart } from 'keyless-chat'
import { imagePart } from 'keyless-chat/content'

/** A picture of a message. It is in memory alone. */
export interface Picture {
  readonly name: string
  /** What a model gets. */
  readonly part: ContentPart
  /** What the page shows: pixels, so that no address of an image has to be allowed. */
  readonly thumbnail: HTMLCanvasElement
}

/** What a picture may weigh. Models look at tiles of 512 pixels, and a relay may take 256 KiB for a whole conversation. */
const MAX_BYTES = 48 * 1024
const MAX_EDGE = 1024
/** Sides of a thumbnail, for screens of two pixels to one. */
const THUMBNAIL = 160

/** Reads a file. @throws where it is no picture that this browser knows */
export async function readPicture(file: File): Promise<Picture> {
  const bitmap = await createImageBitmap(file)
  try {
    const thumbnail = draw(bitmap, file.name)
    // A bitmap is always encoded anew, unlike a file, which may say where and when a photo was taken.
    return { name: file.name, part: await imagePart(bitmap, { maxBytes: MAX_BYTES, maxEdge: MAX_EDGE }), thumbnail }
  } finally {
    bitmap.close()
  }
}

/** Draws the middle of a picture. */
function draw(bitmap: ImageBitmap, name: string): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = THUMBNAIL
  canvas.setAttribute('role', 'img')
  canvas.setAttribute('aria-label', name)
  const side = Math.min(bitmap.width, bitmap.height)
  canvas.getContext('2d')?.drawImage(bitmap, (bitmap.width - side) / 2, (bitmap.height - side) / 2, side, side, 0, 0, THUMBNAIL, THUMBNAIL)
  return canvas
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
