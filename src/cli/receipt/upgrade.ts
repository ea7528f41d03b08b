import type { ReceiptUpgrade } from '../../site/receipt/index.ts'
import { duration } from '../duration.ts'
import { facts, html, type Markup, mono, records, section, type Value, verdict } from '../page/index.ts'
import { mebibytes } from '../progress.ts'
import { readsText, secretsText } from '../upgraded-text.ts'
import { moment } from './moment.ts'

/** How an upgrade stands, for the top of the page; nothing where it brought what is installed. */
export function upgradeLead({ state, to, at, why }: ReceiptUpgrade): Markup | undefined {
  if (state === 'proven') return undefined
  const told = {
    begun: `An upgrade to ${to.name} ${to.version} has begun, and is not at its end.`,
    returning: `An upgrade to ${to.name} ${to.version} is on its way back, and not at its end.`,
    returned: `An upgrade to ${to.name} ${to.version} was taken back on ${moment(at)}: ${why ?? 'nobody noted why'}.`,
  }[state]
  return verdict('care', told)
}

/** An upgrade: from where to where, what users noticed, what leads back, and before against after. */
export function upgradeSection(upgrade: ReceiptUpgrade): Markup {
  const { from, to, state, since, at, why, gap, reads, secrets, archive, gaveUp = [] } = upgrade
  const { snapshot, setAside, keptUntil, kept = [], restored } = upgrade
  const words = (database: string | undefined, until: string | undefined): Value | undefined =>
    database === undefined
      ? undefined
      : html`database ${mono(database)}${until === undefined ? '' : `, until ${moment(until)}`}`
  const states = {
    begun: verdict('care', 'begun, not at its end'),
    proven: verdict('good', 'proven'),
    returning: verdict('bad', 'on its way back'),
    returned: verdict('care', 'taken back'),
  }
  return section('Upgrade', [
    facts([
      ['From', html`${from.name} ${from.version}, ${mono(from.bundle)}`],
      ['To', html`${to.name} ${to.version}, ${mono(to.bundle)}`],
      ['State', html`${states[state]}, ${moment(at)}`],
      ['Begun', moment(since)],
      ['Why it came back', why],
      ['Not served for', gap === undefined ? undefined : duration(gap * 1000)],
      ['Reads of Infisical’s API', reads && readsText(reads)],
      ['Secrets of ExternalSecrets', secrets && secretsText(secrets)],
      ['Way back', words(snapshot, keptUntil)],
      ['Set aside', words(setAside, keptUntil)],
      ...kept.map(({ database, until }): [string, Value | undefined] => [
        'Left by an earlier one',
        words(database, until),
      ]),
      ['Database put back from', restored?.path],
      ['Archive', archive && html`${archive.path}, sha256 ${mono(archive.digest)}, ${archiveWords(archive)}`],
      ['Given up', gaveUp.length === 0 ? undefined : verdict('care', gaveUp.join('; '))],
    ]),
    ...comparison(upgrade),
  ])
}

const archiveWords = ({ rehearsed }: { readonly rehearsed: boolean }) =>
  rehearsed ? 'its restore was tried' : 'its restore was not tried'

/** What is another one after than it was before, row by row. */
function comparison({ before, after }: ReceiptUpgrade): Markup[] {
  if (before === undefined || after === undefined) return []
  const rows: [string, Value, Value][] = []
  const row = (what: string, one: string | undefined, other: string | undefined) => {
    if (one !== other) rows.push([what, one ?? 'not there', other ?? 'not there'])
  }
  const each = (what: string, one: Readonly<Record<string, string>>, other: typeof one) => {
    for (const name of new Set([...Object.keys(one), ...Object.keys(other)]))
      row(`${what} ${name}`, one[name], other[name])
  }
  const of = ({ images, charts, crds = {} }: NonNullable<ReceiptUpgrade['before']>) => ({
    images: Object.fromEntries(images.map(({ name, digest }) => [name, digest])),
    charts: Object.fromEntries(charts.map(({ release, chart, version }) => [release, `${chart} ${version}`])),
    crds: Object.fromEntries(Object.entries(crds).map(([name, versions]) => [name, versions.join(', ')])),
  })
  const [was, is] = [of(before), of(after)]
  each('release', was.charts, is.charts)
  each('image', was.images, is.images)
  each('definition', was.crds, is.crds)
  row('migrations', migrated(before), migrated(after))
  row('declared', amounts(before), amounts(after))
  if (rows.length === 0)
    return [html`<p>Releases, images, definitions and migrations are those of before.</p>\n`]
  const columns = [{ title: 'what' }, { title: 'before' }, { title: 'after' }]
  return [records({ columns, rows, first: 'third' })]
}

const migrated = ({ migrations }: NonNullable<ReceiptUpgrade['before']>) =>
  migrations && `${migrations.count}, the last ${migrations.last}`
const amounts = ({ declared }: NonNullable<ReceiptUpgrade['before']>) =>
  `${mebibytes(declared.memory)}, ${Math.round(declared.cpu)}m`
