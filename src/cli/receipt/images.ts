import { count } from '../../kernel/errors/index.ts'
import type { ImageState, SiteReceipt } from '../../site/receipt/index.ts'
import { html, type Markup, mono, records, section, type Value, verdict } from '../page/index.ts'

const words: Readonly<Record<ImageState, Markup>> = {
  pinned: verdict('good', 'pinned'),
  unpinned: verdict('care', 'not pinned'),
  incomplete: verdict('bad', 'incomplete'),
  other: verdict('bad', 'another image under this name'),
  absent: verdict('bad', 'not there'),
  present: html`there; pins can be asked on the node alone`,
  untold: html`not told by the API, which names a node’s largest images alone`,
}

/** Every image by digest, and how it is on which node; and the nodes. */
export function imagesSection({ nodes }: SiteReceipt): Markup {
  if (nodes.length === 0)
    return section('Images', html`<p>The nodes and their images could not be asked.</p>\n`)
  const images = nodes[0]?.images ?? []
  const rows = images.map(({ name, digest }, at) => {
    const byState = Map.groupBy(nodes, ({ images }) => images[at]?.state ?? 'untold')
    const states: Value[] = [...byState].map(([state, on], i) => {
      const where = nodes.length === 1 ? '' : html` on ${on.map(node => node.name).join(', ')}`
      return html`${i === 0 ? '' : '; '}${words[state]}${where}`
    })
    return [html`${name}<br>${mono(digest)}`, states]
  })
  const machines = nodes.map(({ name, architecture, kubelet, runtime, images }) => [
    name,
    architecture,
    kubelet,
    runtime,
    `${images.filter(({ state }) => state === 'pinned').length} of ${images.length}`,
  ])
  const columns = ['node', 'architecture', 'kubelet', 'runtime', 'images pinned'].map(title => ({ title }))
  return section('Images', [
    records({ columns: [{ title: 'image and digest' }, { title: 'on the nodes' }], rows }),
    records({ columns, rows: machines, caption: count(nodes.length, 'node') }),
  ])
}
