/**
 * What goes along with a question, on the page: a picture as its pixels, a file as its name and size.
 * @module
 */
import { element } from './dom.ts'
import type { Enclosure } from './question.ts'

/** Sides of a thumbnail, for screens of two pixels to one. */
const THUMBNAIL = 160

/** Shows an enclosure. */
export function enclosureView({ name, part }: Enclosure): HTMLElement {
  const url: unknown = part.type === 'image_url' ? part['image_url'].url : undefined
  if (typeof url === 'string') return thumbnail(name, url)
  const size = part.type === 'text' ? `${kib(new Blob([part['text']]).size)} of text` : 'PDF'
  return element('span', { class: 'file' }, element('span', { class: 'icon page', 'aria-hidden': 'true' }), element('span', { class: 'name' }, name), element('span', { class: 'size' }, size))
}

/** Says a size, rounded up: `3 KiB`. */
export function kib(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KiB`
}

/** Draws the middle of a picture: pixels, so that a message holds no address of an image. */
function thumbnail(name: string, url: string): HTMLCanvasElement {
  const canvas = element('canvas', { role: 'img', 'aria-label': name })
  canvas.width = canvas.height = THUMBNAIL
  const image = new Image()
  image.addEventListener('load', () => {
    const side = Math.min(image.naturalWidth, image.naturalHeight)
    canvas.getContext('2d')?.drawImage(image, (image.naturalWidth - side) / 2, (image.naturalHeight - side) / 2, side, side, 0, 0, THUMBNAIL, THUMBNAIL)
  })
  image.src = url
  return canvas
}
