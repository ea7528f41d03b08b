import type { ReceiptUpgrade, SiteReceipt } from '../site/receipt/index.ts'
import { duration } from './duration.ts'
import { pinnedOf } from './receipt/images.ts'
import { keyText, table } from './table.ts'
import { keptOf, readsText, secretsText } from './upgraded-text.ts'

/** A receipt in short, for a terminal; files have all of it. */
export function receiptText(receipt: SiteReceipt): string {
  const { site, bundle, proven, run, nodes, untold, upgrade } = receipt
  const steps = run.steps.map(({ title, skipped, milliseconds, detail }) => [
    title,
    skipped ? 'before' : duration(milliseconds),
    detail,
  ])
  const images = nodes.map(({ name, images }) => [name, pinnedOf(images)])
  return [
    `${site}: ${bundle.name} ${bundle.version}, proven ${proven}\n  bundle  ${bundle.digest}\n  signed  ${keyText(bundle.key)}\n  by      ${run.by ?? 'not on record'}${upgrade === undefined ? '' : `\n${upgradeLines(upgrade).join('\n')}`}`,
    ...(steps.length === 0 ? [] : [table(['step', 'took', 'result'], steps, [1])]),
    ...(images.length === 0 ? [] : [table(['node', 'images pinned'], images)]),
    ...(untold.length === 0 ? [] : [`could not be told:\n${untold.map(line => `  ${line}`).join('\n')}`]),
  ].join('\n\n')
}

/** The last upgrade, a line each. */
function upgradeLines({ from, to, state, at, why, reads, secrets, ...left }: ReceiptUpgrade): string[] {
  const how = {
    begun: 'begun, and not at its end',
    proven: `proven ${at}`,
    returning: 'on its way back, and not at its end',
    returned: `taken back ${at}: ${why ?? 'nobody noted why'}`,
  }[state]
  return [
    `  upgrade ${from.version} to ${to.version}, ${how}`,
    ...(reads === undefined ? [] : [`  reads   ${readsText(reads)}`]),
    ...(secrets === undefined ? [] : [`  secrets ${secretsText(secrets)}`]),
    ...keptOf(left).map(
      ({ database, until }) =>
        `  kept    database ${database}${until === undefined ? '' : ` until ${until}`}`,
    ),
  ]
}
