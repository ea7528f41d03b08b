import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type BrowserContext, chromium, type Page } from 'playwright-core'

const quiet = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** How a page is looked at. */
interface Look {
  readonly width?: number
  readonly height?: number
  readonly dark?: boolean
}

/** A page that is open, with what it asked for and what it complained of. */
export interface Opened {
  readonly page: Page
  /** URLs of every request, its own first. */
  readonly requests: string[]
  readonly complaints: string[]
}

/** A real browser without a screen: Debian's chromium, with an empty profile of its own. */
export interface Browser {
  /** Opens an HTML text as a file. */
  open(html: string, look?: Look): Promise<Opened>
  close(): Promise<void>
}

/** Starts a browser; whoever starts it closes it. */
export async function startBrowser(): Promise<Browser> {
  const folder = await mkdtemp(join(tmpdir(), 'sealift-browser-'))
  const context: BrowserContext = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath: '/usr/bin/chromium',
    args: quiet,
  })
  let number = 0
  return {
    async open(html, { width = 1024, height = 800, dark = false } = {}) {
      const file = join(folder, `${++number}.html`)
      await writeFile(file, html)
      const page = await context.newPage()
      const requests: string[] = []
      const complaints: string[] = []
      page.on('request', request => requests.push(request.url()))
      page.on('console', message => complaints.push(message.text()))
      page.on('pageerror', error => complaints.push(error.message))
      await page.setViewportSize({ width, height })
      await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' })
      await page.goto(pathToFileURL(file).href)
      return { page, requests, complaints }
    },
    async close() {
      await context.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
