import { count } from '../../kernel/errors/index.ts'
import type { ReceiptRelease, SiteReceipt } from '../../site/receipt/index.ts'
import { html, type Markup, mono, records, section } from '../page/index.ts'

/** Every release with the objects that it is made of, by kind. */
export function releasesSection({ releases }: SiteReceipt): Markup {
  return section('Objects', releases.map(releaseOf), 'As the manifests of the releases name them.')
}

function releaseOf({ release, namespace, chart, version, revision, objects }: ReceiptRelease): Markup {
  const which = revision === undefined ? '' : `, revision ${revision}`
  const head = html`<h3>${chart} ${version}: release ${release} in ${namespace}${which}</h3>\n`
  if (objects === undefined) return html`${head}<p>Its objects could not be read.</p>\n`
  const byKind = Map.groupBy(objects, ({ apiVersion, kind }) => `${kind} ${apiVersion}`)
  const rows = [...byKind.values()].map(same => {
    const { kind = '', apiVersion = '' } = same[0] ?? {}
    const names = same.map(({ name, namespace: place }) =>
      place === undefined || place === namespace ? name : `${place}/${name}`,
    )
    return [html`${kind} <span class="note">${apiVersion}</span>`, mono(names.join(', '))]
  })
  const columns = [{ title: 'kind' }, { title: 'names' }]
  return html`${head}${records({ columns, rows, caption: count(objects.length, 'object'), first: 'third' })}`
}
