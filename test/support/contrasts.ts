import type { Page } from 'playwright-core'

/** A text as it is shown, and how it stands out from what is behind it (WCAG 2.2, 1 to 21). */
export interface Contrast {
  readonly text: string
  readonly ratio: number
}

/** Of every text that is shown on a page, its contrast with the colour behind it. */
export async function contrasts(page: Page): Promise<Contrast[]> {
  return page.evaluate(`(${measure})()`)
}

// Runs in the browser.
const measure = `() => {
  const channels = text => (text.match(/[\\d.]+/g) ?? []).map(Number)
  const linear = value => value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4
  const luminance = ([red, green, blue]) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  const behind = element => {
    for (let one = element; one; one = one.parentElement) {
      const colour = channels(getComputedStyle(one).backgroundColor)
      if (colour.length === 3 || colour[3] === 1) return colour
    }
    return [255, 255, 255]
  }
  const found = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const { parentElement, data } = walker.currentNode
    if (data.trim() === '' || parentElement.getClientRects().length === 0 || parentElement.closest('title, desc')) continue
    const style = getComputedStyle(parentElement)
    const ink = channels(parentElement.closest('svg') ? style.fill : style.color)
    const [light, dark] = [luminance(ink), luminance(behind(parentElement))].sort((a, b) => b - a)
    found.push({ text: data.trim(), ratio: (light + 0.05) / (dark + 0.05) })
  }
  return found
}`
