import { createHash } from 'node:crypto'
import { html, Markup } from './html.ts'
import { style } from './style.ts'

/** A page that is handed on as one file: stapled to a ticket, printed, opened years later. */
export interface Page {
  /** What kind of paper it is, above the title: `Receipt of an install`. */
  readonly kind: string
  /** Heading and name of the window. */
  readonly title: string
  /** The sentence that somebody reads who reads no more. */
  readonly lead: Markup
  /** {@link section}s. */
  readonly body: readonly Markup[]
  /** Where the page comes from, and when it was made. */
  readonly foot: string
}

/**
 * A whole HTML document: no script, no link, nothing from anywhere, and a Content-Security-Policy that lets nothing in
 * but its own style, by its hash. Dark where the reader's system is, readable on a phone, ready for A4.
 * Use it with {@link section}, {@link facts} and {@link records}; colours of SVGs come from classes of `style.ts`
 * (`bar`, `second`, `third`, `over`, `limit`, `rule`, `soft`), never from a `style` attribute, which the policy refuses.
 */
export function page({ kind, title, lead, body, foot }: Page): string {
  const policy = `default-src 'none'; style-src 'sha256-${hash(style)}'; base-uri 'none'; form-action 'none'`
  // The style is ours, and nothing of it comes from outside: it must stand as it is, or its hash is another.
  const sheet = Markup.of([`<style>${style}</style>`], [])
  return `${html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="Sealift">
<title>${title}</title>
${sheet}
</head>
<body>
<header>
<p class="kind">${kind}</p>
<h1>${title}</h1>
<p class="lead">${lead}</p>
</header>
<main>
${body}</main>
<footer>${foot}</footer>
</body>
</html>
`}`
}

const hash = (text: string) => createHash('sha256').update(text).digest('base64')
