import { count } from '../../kernel/errors/index.ts'
import type { SiteReceipt } from '../../site/receipt/index.ts'
import { duration } from '../duration.ts'
import { facts, html, type Markup, mono, page, records, section, type Value, verdict } from '../page/index.ts'
import { budgetSection } from './budget.ts'
import { figure } from './drawing.ts'
import { imagesSection } from './images.ts'
import { moment } from './moment.ts'
import { releasesSection } from './releases.ts'
import { timeline } from './timeline.ts'
import { upgradeLead, upgradeSection } from './upgrade.ts'

/** The receipt as one HTML page: what a change manager staples to the ticket. Pure: whatever is in it is escaped. */
export function receiptPage(receipt: SiteReceipt): string {
  const { site, bundle, proven, untold, written } = receipt
  return page({
    kind: `Receipt of an ${receipt.upgrade?.state === 'proven' && receipt.upgrade.to.bundle === bundle.digest ? 'upgrade' : 'install'} by Sealift`,
    title: `${bundle.name} ${bundle.version} on ${site}`,
    lead: leadOf(receipt),
    body: [
      section('What was installed', whatWas(receipt)),
      ...(receipt.upgrade === undefined ? [] : [upgradeSection(receipt.upgrade)]),
      section('Steps', stepsOf(receipt)),
      imagesSection(receipt),
      releasesSection(receipt),
      budgetSection(receipt),
      ...(untold.length === 0 ? [] : [section('What could not be told', list(untold))]),
    ],
    foot: `Written by ${written.by} at ${moment(written.at)} with Sealift ${written.sealift}, from the records of the site. Proven at ${moment(proven)}. No secret is in this page.`,
  })
}

function leadOf({ site, bundle, proven, begun, upgrade }: SiteReceipt): Markup {
  const by =
    bundle.key === 'unsigned'
      ? verdict('bad', 'Nobody has signed this bundle.')
      : 'Its signature was checked.'
  const after =
    begun === undefined
      ? ''
      : html` ${verdict('care', `Since then ${begun.name} ${begun.version} was begun over it, and did not come to its end.`)}`
  const tried = upgrade && upgradeLead(upgrade)
  return html`Installed on site ${site} and proven on ${moment(proven)}: a secret went from Infisical to Kubernetes. ${by}${after}${tried === undefined ? '' : html` ${tried}`}`
}

function whatWas(receipt: SiteReceipt): Markup {
  const { site, bundle, proven, run, kubernetes, nodes, written } = receipt
  return facts([
    ['Site', site],
    ['Bundle', `${bundle.name} ${bundle.version}`],
    ['Bundle digest', mono(bundle.digest)],
    ['Signed', bundle.key === 'unsigned' ? verdict('bad', 'no') : html`by key ${mono(bundle.key)}`],
    ['Installed by', run.by ?? 'not on record'],
    ['Begun', run.started === undefined ? undefined : moment(run.started)],
    ['Proven', moment(proven)],
    ['Sealift', run.sealift ?? `not on record; this page is by ${written.sealift}`],
    ['Kubernetes', kubernetes],
    ['Nodes', nodes.map(({ name, architecture }) => `${name} (${architecture})`).join(', ') || undefined],
    ['Audit log', receipt.audit && auditOf(receipt.audit)],
  ])
}

/** How far the log of the site's runs went when this was written. */
function auditOf({ entries, head, whole }: NonNullable<SiteReceipt['audit']>): Value {
  const broken = whole
    ? ''
    : html`; ${verdict('bad', 'its chain does not hold: sealift audit verify says where')}`
  return html`${count(entries, 'entry', 'entries')}, the last ${mono(head)}${broken}`
}

function stepsOf({ run }: SiteReceipt): Value {
  const { steps } = run
  if (steps.length === 0) return html`<p>The steps of this install are not on record.</p>\n`
  const rows = steps.map(({ title, skipped, detail, startedAfter, milliseconds }) => [
    title,
    `+${duration(startedAfter)}`,
    skipped ? 'there before' : duration(milliseconds),
    detail,
  ])
  const columns = [
    { title: 'step' },
    { title: 'began', right: true },
    { title: 'took', right: true },
    { title: 'result' },
  ]
  return [
    figure('Each step over the time of the install', width => timeline(steps, width)),
    records({ columns, rows, first: 'third' }),
  ]
}

function list(lines: readonly string[]): Markup {
  return html`<ul>
${lines.map(line => html`<li>${line}</li>\n`)}</ul>
`
}
