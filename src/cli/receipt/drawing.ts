import { html, type Markup, type Value } from '../page/index.ts'

/** For whom a picture is drawn: letters keep their size, so a phone gets another one. */
export type Width = 'wide' | 'narrow'

/** An SVG with its title, and a description for who cannot see it. */
interface Drawing {
  readonly id: string
  readonly width: Width
  readonly title: string
  readonly description: string
  readonly height: number
  readonly body: Value
}

const widths = { wide: 720, narrow: 340 }

/** The picture for one width; the page's style shows the one that fits. */
export function drawn({ id, width, title, description, height, body }: Drawing): Markup {
  const name = `${id}-${width}`
  return html`<svg class="${width}" role="img" viewBox="0 0 ${widths[width]} ${height}" aria-labelledby="${name}-title ${name}-desc">
<title id="${name}-title">${title}</title>
<desc id="${name}-desc">${description}</desc>
<g aria-hidden="true">
${body}</g>
</svg>
`
}

/** A picture in both widths, under what it is of. */
export function figure(caption: string, draw: (width: Width) => Markup): Markup {
  return html`<figure>
<figcaption>${caption}</figcaption>
${draw('wide')}${draw('narrow')}</figure>
`
}
