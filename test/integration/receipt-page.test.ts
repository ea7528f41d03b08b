import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { receiptPage } from '../../src/cli/receipt/index.ts'
import { type Browser, startBrowser } from '../support/browser.ts'
import { contrasts } from '../support/contrasts.ts'
import { sampleReceipt } from '../support/sample-receipt.ts'

// Real chromium opens the page as the change manager does.
let browser: Browser
beforeAll(async () => {
  browser = await startBrowser()
})
afterAll(() => browser.close())

const text = receiptPage(sampleReceipt)
const phone = { width: 375, height: 700 }
const looks = {
  light: {},
  dark: { dark: true },
  'on a phone': phone,
  'on a phone, dark': { ...phone, dark: true },
}

describe.each(Object.entries(looks))('%s', (_, look) => {
  test('asks for nothing but itself, complains of nothing, and is no wider than the window', async () => {
    const { page, requests, complaints } = await browser.open(text, look)
    expect(requests).toEqual([page.url()])
    expect(complaints).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    // Nothing that is shown sticks out of the window either.
    const out = await page.evaluate(`[...document.querySelectorAll('main *, header *, footer *')]
      .filter(one => one.getClientRects().length > 0 && !one.closest('thead'))
      .filter(one => one.getBoundingClientRect().right > innerWidth + 0.5).map(one => one.outerHTML)`)
    expect(out).toEqual([])
    await page.close()
  })

  test('every text stands out from what is behind it', async () => {
    const { page } = await browser.open(text, look)
    const found = await contrasts(page)
    expect(found.length).toBeGreaterThan(100)
    expect(found.filter(({ ratio }) => ratio < 4.5)).toEqual([])
    await page.close()
  })
})

test('says what was installed, by headings, names and tables that a reader of screens can follow', async () => {
  const { page } = await browser.open(text)
  expect(await page.title()).toBe('infisical 1.0.0 on bank-prod')
  expect(await page.locator('h1').allInnerTexts()).toEqual(['infisical 1.0.0 on bank-prod'])
  const parts = ['What was installed', 'Steps', 'Images', 'Objects', 'Budget']
  expect(await page.locator('h2').allInnerTexts()).toEqual(parts)
  const snapshot = await page.locator('body').ariaSnapshot()
  for (const line of [
    '- columnheader "on the nodes"',
    '- rowheader "Load images into containerd"',
    'img "When each step began and how long it took Make namespaces: from 0.0s on, for 0.3s;',
    '- img "Memory against the budget declared 640Mi, observed 755Mi, allocatable 15960Mi; budget 640Mi"',
  ])
    expect(snapshot).toContain(line)
  expect(await page.locator('html').getAttribute('lang')).toBe('en')
  await page.close()
})

test('a phone’s reader of screens still has tables, and one picture of each', async () => {
  const { page } = await browser.open(text, phone)
  const snapshot = await page.locator('body').ariaSnapshot()
  expect(snapshot).toContain('- columnheader "on the nodes"')
  expect(snapshot).toContain('- rowheader "Load images into containerd"')
  expect(snapshot.match(/img "When each step/g)).toHaveLength(1)
  await page.close()
})

test('steps that ran side by side are drawn side by side, and what came after, after', async () => {
  const { page } = await browser.open(text)
  const boxes =
    (await page.evaluate(`[...document.querySelectorAll('svg.wide[aria-labelledby^=timeline] > g > rect')]
    .map(one => one.getBoundingClientRect()).map(({ left, right, top }) => ({ left, right, top }))`)) as {
      left: number
      right: number
      top: number
    }[]
  const [, images, database, , operator, infisical] = boxes
  if (!images || !database || !operator || !infisical) throw new Error('a step is not drawn')
  expect(database.left).toBeLessThan(images.right)
  expect(operator.left).toBeGreaterThan(images.left)
  expect(operator.left).toBeLessThan(images.right)
  expect(infisical.left).toBeGreaterThanOrEqual(images.right)
  expect(boxes.map(({ top }) => top)).toEqual(boxes.map(({ top }) => top).toSorted((a, b) => a - b))
  await page.close()
})

test('it is dark where the reader’s system is, and never on paper', async () => {
  const { page } = await browser.open(text, { dark: true })
  const ground = () => page.evaluate('getComputedStyle(document.documentElement).backgroundColor')
  expect(await ground()).toBe('rgb(23, 25, 28)')
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
  expect(await ground()).toBe('rgb(255, 255, 255)')
  expect((await contrasts(page)).filter(({ ratio }) => ratio < 4.5)).toEqual([])
  await page.close()
})

test('it prints on a few pages of A4', async () => {
  const { page } = await browser.open(text)
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1')
  expect(pdf.startsWith('%PDF-')).toBe(true)
  const [, width, height] = (/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(pdf) ?? []).map(Number)
  // A4 in points.
  expect(Math.round(((width ?? 0) * 25.4) / 72)).toBe(210)
  expect(Math.round(((height ?? 0) * 25.4) / 72)).toBe(297)
  const pages = pdf.match(/\/Type \/Page\b/g)?.length ?? 0
  expect(pages).toBeGreaterThan(1)
  expect(pages).toBeLessThan(6)
  await page.close()
})

test('texts of a bundle and a cluster stay texts', async () => {
  const name = '"><b id=planted>bold</b><!--'
  const [node, ...others] = sampleReceipt.nodes
  const nodes = [{ ...node, name } as (typeof sampleReceipt.nodes)[number], ...others]
  const hostile = receiptPage({ ...sampleReceipt, site: name, nodes, untold: [name] })
  const { page, requests, complaints } = await browser.open(hostile, phone)
  expect(await page.locator('#planted').count()).toBe(0)
  expect(await page.title()).toBe(`infisical 1.0.0 on ${name}`)
  expect(await page.locator('li').allInnerTexts()).toEqual([name])
  expect(requests).toHaveLength(1)
  expect(complaints).toEqual([])
  await page.close()
})

test('the longest words do not widen it', async () => {
  const long = 'x'.repeat(300)
  const run = {
    ...sampleReceipt.run,
    steps: sampleReceipt.run.steps.map(one => ({ ...one, title: long, detail: long })),
  }
  const { page } = await browser.open(receiptPage({ ...sampleReceipt, site: long, run }), phone)
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
  await page.close()
})
