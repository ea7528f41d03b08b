import { html, type Markup, type Value } from './html.ts'

/** A part of a page under a heading of the second level; `about` is a sentence on it. */
export function section(heading: string, body: Value, about = ''): Markup {
  const note = about === '' ? '' : html`<p class="note">${about}</p>\n`
  return html`<section>
<h2>${heading}</h2>
${note}${body}</section>
`
}

/** Names and what stands for them, one under the other; what is undefined is left out. */
export function facts(pairs: readonly (readonly [name: string, value: Value | undefined])[]): Markup {
  const told = pairs.flatMap(([name, value]) =>
    value === undefined ? [] : [html`<dt>${name}</dt><dd>${value}</dd>\n`],
  )
  return html`<dl>
${told}</dl>
`
}

/** A column of {@link records}: its title, and whether it is of numbers. */
export interface Column {
  readonly title: string
  readonly right?: boolean
}

/** Options of {@link records}. */
export interface Records {
  readonly columns: readonly Column[]
  /** A row's first cell names it, as the header of the row. */
  readonly rows: readonly (readonly Value[])[]
  /** What the table is of, above it. */
  readonly caption?: string
  /** How many of the last rows are sums. */
  readonly sums?: number
  /** How much of the width is the first column's; as much as it wants unless said. */
  readonly first?: 'third' | 'most'
}

/**
 * A table with headers of columns and rows. On a phone each row becomes a list with the columns' titles: roles stand in
 * the markup, since browsers forget them of tables that are displayed otherwise.
 */
export function records({ columns, rows, caption, sums = 0, first: share }: Records): Markup {
  const heads = columns.map(
    ({ title, right }) => html`<th scope="col" role="columnheader"${right ? numbers : ''}>${title}</th>`,
  )
  const above = caption === undefined ? '' : html`<caption>${caption}</caption>\n`
  const body = rows.map(([first = '', ...rest], i) => {
    const cells = rest.map((cell, at) => {
      const { title = '', right } = columns[at + 1] ?? {}
      return html`<td role="cell" data-label="${title}"${right ? numbers : ''}>${cell}</td>`
    })
    const sum = i >= rows.length - sums ? html` class="sum"` : ''
    return html`<tr role="row"${sum}><th scope="row" role="rowheader">${first}</th>${cells}</tr>\n`
  })
  const look = share === undefined ? '' : html` class="${share}"`
  return html`<table role="table"${look}>
${above}<thead role="rowgroup"><tr role="row">${heads}</tr></thead>
<tbody role="rowgroup">
${body}</tbody>
</table>
`
}

const numbers = html` class="right"`

/** A word on how something went, in colour: what it says must be told by the word alone. */
export function verdict(state: 'good' | 'bad' | 'care', word: string): Markup {
  return html`<span class="${state}">${word}</span>`
}

/** A digest, a name of an image, a path: in letters of one width. */
export function mono(text: string): Markup {
  return html`<span class="mono">${text}</span>`
}
