/**
 * A page in, the texts out that stand out too little from what is behind them.
 * @module
 */
import type { Page } from 'playwright'

/** Lists visible texts below the ratio that WCAG's level AA asks for: 4.5, or 3 for large ones. Disabled controls are exempt. */
export function unreadable(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    type Colour = readonly [red: number, green: number, blue: number, alpha: number]
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })
    function read(colour: string): Colour {
      if (!canvas) return [0, 0, 0, 1]
      canvas.clearRect(0, 0, 1, 1)
      canvas.fillStyle = colour
      canvas.fillRect(0, 0, 1, 1)
      const [red = 0, green = 0, blue = 0, alpha = 255] = canvas.getImageData(0, 0, 1, 1).data
      return [red, green, blue, alpha / 255]
    }
    function luminance([red, green, blue]: Colour): number {
      const [r = 0, g = 0, b = 0] = [red, green, blue].map((channel) => (channel / 255 <= 0.04045 ? channel / 255 / 12.92 : ((channel / 255 + 0.055) / 1.055) ** 2.4))
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    function behind(node: Element | null): Colour {
      for (let at = node; at; at = at.parentElement) {
        const colour = read(getComputedStyle(at).backgroundColor)
        if (colour[3] > 0.99) return colour
      }
      return [255, 255, 255, 1]
    }
    const bad: string[] = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
      const node = text.parentElement
      if (!node || !text.textContent?.trim() || !node.checkVisibility({ visibilityProperty: true }) || node.closest('script, option, :disabled')) continue
      const { color, fontSize, fontWeight } = getComputedStyle(node)
      const [a, b] = [luminance(read(color)), luminance(behind(node))]
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
      const large = parseFloat(fontSize) >= 24 || (parseFloat(fontSize) >= 18.66 && Number(fontWeight) >= 700)
      if (ratio < (large ? 3 : 4.5)) bad.push(`${text.textContent.trim().slice(0, 40)}: ${ratio.toFixed(2)}`)
    }
    return bad
  })
}
