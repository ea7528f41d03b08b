import { expect, test } from 'vitest'
import { preflightPage } from '../../../../src/cli/preflight/index.ts'
import { hostile, samplePreflight } from './sample.ts'

/** What a page says: its text without markup and styles. */
function wordsOf(page: string): string {
  return page
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
}

test('it says how it ended, what was looked at, and what is to be seen to first', () => {
  const words = wordsOf(preflightPage(samplePreflight()))
  expect(words).toContain('Site bank-prod')
  expect(words).toContain('An install would not go through : 1 fault, 1 warning, 1 not looked at, 1 ok.')
  expect(words).toContain('Nothing was changed on the site.')
  expect(words).toContain('infisical-1.0.0.tar, version 1.0.0')
  expect(words.indexOf('To be seen to')).toBeLessThan(words.indexOf('The bundle'))
  const open = words.slice(words.indexOf('To be seen to'), words.indexOf('The bundle'))
  expect(open.indexOf('About postgresql')).toBeLessThan(open.indexOf('About bundle/signature'))
  expect(open).not.toContain('bundle/readable')
  for (const { id } of samplePreflight().checks) expect(words).toContain(id)
})

test('where nothing stands in the way, that is the first word', () => {
  const { checks, ...rest } = samplePreflight()
  const fine = { ...rest, ok: true, checks: checks.filter(({ result }) => result === 'ok') }
  const words = wordsOf(preflightPage(fine))
  expect(words).toContain('Nothing stands in the way')
  expect(words).not.toContain('To be seen to')
})

test('what a cluster or a bundle says is text, and nothing else', () => {
  const page = preflightPage({
    ...samplePreflight(hostile),
    site: hostile,
    by: hostile,
    bundle: { path: hostile, version: hostile },
  })
  expect(page).not.toContain('<b ')
  expect(page).toContain('&lt;b title=&quot;x&quot;&gt;&amp;&#39;\\u{1b}[1m\\u{202e}')
  expect(page).not.toMatch(/<script|<link|<img|https?:/)
})
