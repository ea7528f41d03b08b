import { count } from '../../kernel/errors/index.ts'
import type { ImageState, SiteReceipt } from '../../site/receipt/index.ts'
import { html, type Markup, mono, records, section, type Value, verdict } from '../page/index.ts'

const words: Readonly<Record<ImageState, Markup>> = {
  pinned: verdict('good', 'pinned'),
  unpinned: verdict('care', 'not pinned'),
  incomplete: verdict('bad', 'incomplete'),
  other: verdict('bad', 'another image under this name'),
  absent: verdict('bad', 'not there'),
  present: html`there (its pin is the node’s to tell)`,
  untold: html`not told (a node tells the API its largest images only)`,
}

/** How many images are pinned, in words; of a node that only the API tells of, nobody knows. */
export function pinnedOf(images: readonly { readonly state: ImageState }[]): string {
  if (images.some(({ state }) => state === 'present' || state === 'untold')) return 'not told'
  return `${images.filter(({ state }) => state === 'pinned').length} of ${images.length}`
}

/** Every image by digest, and how it is on which node; and the nodes. */
export function imagesSection({ nodes }: SiteReceipt): Markup {
  if (nodes.length === 0)
    return section('Images', html`<p>The nodes and their images could not be asked.</p>\n`)
  const images = nodes[0]?.images ?? []
  const rows = images.map(({ name, digest }, at) => {
    const byState = Map.groupBy(nodes, ({ images }) => images[at]?.state ?? 'untold')
    const states: Value[] = [...byState].map(([state, on], i) => {
      const where = nodes.length === 1 ? '' : `${on.map(node => node.name).join(', ')}: `
      return html`${i === 0 ? '' : html`<br>`}${where}${words[state]}`
    })
    return [html`${name}<br>${mono(digest)}`, states]
  })
  const machines = nodes.map(({ name, architecture, kubelet, runtime, images }) => [
    name,
    architecture,
    kubelet,
    runtime,
    pinnedOf(images),
  ])
  const columns = ['node', 'architecture', 'kubelet', 'runtime', 'images pinned'].map(title => ({ title }))
  return section('Images', [
    records({ columns: [{ title: 'image and digest' }, { title: 'on the nodes' }], rows, first: 'most' }),
    records({ columns, rows: machines, caption: count(nodes.length, 'node') }),
  ])
}
