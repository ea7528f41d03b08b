import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { facts, html, page, records, section, verdict } from '../../../../src/cli/page/index.ts'

const hostile = `<b title="x">&'\u202e\u0007`
const escaped = '&lt;b title=&quot;x&quot;&gt;&amp;&#39;\\u{202e}\\u{7}'

test('text is escaped wherever it stands, and markup is not', () => {
  const part = html`<p title="${hostile}">${hostile}${[html`<i>${2}</i>`, hostile]}</p>`
  expect(String(part)).toBe(`<p title="${escaped}">${escaped}<i>2</i>${escaped}</p>`)
})

test('a string that looks like markup stays text, however often it goes through', () => {
  expect(String(html`${html`${'&lt;'}`}`)).toBe('&amp;lt;')
})

test('every part escapes what it is given', () => {
  const body = [
    section(hostile, hostile, hostile),
    facts([[hostile, hostile]]),
    records({
      columns: [{ title: hostile }, { title: hostile }],
      rows: [[hostile, hostile]],
      caption: hostile,
    }),
    verdict('bad', hostile),
  ]
  const text = page({ kind: hostile, title: hostile, lead: html`${hostile}`, body, foot: hostile })
  expect(text).not.toContain('<b ')
  // Title twice, kind, lead, foot, and twelve in the parts: none is lost.
  expect(text.split(escaped)).toHaveLength(5 + 12 + 1)
})

test('the policy lets nothing in but the style that is there', () => {
  const text = page({ kind: '', title: '', lead: html``, body: [], foot: '' })
  const [, style = ''] = /<style>([\s\S]*)<\/style>/.exec(text) ?? []
  const hash = createHash('sha256').update(style).digest('base64')
  expect(text).toContain(
    `default-src &#39;none&#39;; style-src &#39;sha256-${hash}&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;`,
  )
  expect(text).not.toMatch(/<script|<link|<img|<iframe|<form|\burl\(|@import|\bstyle="|https?:/)
})

test('a table says of every cell which column and row it is in', () => {
  const table = String(
    records({
      columns: [{ title: 'image' }, { title: 'size', right: true }],
      rows: [
        ['a', '1'],
        ['total', '1'],
      ],
      sums: 1,
    }),
  )
  expect(table).toContain('<th scope="col" role="columnheader" class="right">size</th>')
  expect(table).toContain('<th scope="row" role="rowheader">a</th>')
  expect(table).toContain('<td role="cell" data-label="size" class="right">1</td>')
  expect(table).toContain('<tr role="row" class="sum"><th scope="row" role="rowheader">total</th>')
})

test('what is undefined among facts is left out', () => {
  const list = String(
    facts([
      ['signed', undefined],
      ['site', 'bank'],
    ]),
  )
  expect(list).not.toContain('signed')
  expect(list).toContain('<dt>site</dt><dd>bank</dd>')
})
