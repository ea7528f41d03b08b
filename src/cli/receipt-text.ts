import type { SiteReceipt } from '../site/receipt/index.ts'
import { duration } from './duration.ts'
import { pinnedOf } from './receipt/images.ts'
import { keyText, table } from './table.ts'

/** A receipt in short, for a terminal; files have all of it. */
export function receiptText({ site, bundle, proven, run, nodes, untold }: SiteReceipt): string {
  const steps = run.steps.map(({ title, skipped, milliseconds, detail }) => [
    title,
    skipped ? 'before' : duration(milliseconds),
    detail,
  ])
  const images = nodes.map(({ name, images }) => [name, pinnedOf(images)])
  return [
    `${site}: ${bundle.name} ${bundle.version}, proven ${proven}\n  bundle  ${bundle.digest}\n  signed  ${keyText(bundle.key)}\n  by      ${run.by ?? 'not on record'}`,
    ...(steps.length === 0 ? [] : [table(['step', 'took', 'result'], steps, [1])]),
    ...(images.length === 0 ? [] : [table(['node', 'images pinned'], images)]),
    ...(untold.length === 0 ? [] : [`could not be told:\n${untold.map(line => `  ${line}`).join('\n')}`]),
  ].join('\n\n')
}
