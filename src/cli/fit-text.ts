import { printable } from '../kernel/errors/index.ts'
import type { BudgetFit, Confirmation, SyncLoad, ValueChange } from '../site/budget/index.ts'
import type { BudgetAccount } from '../site/check/index.ts'
import { budgetVerdict, sourcesText } from './budget-table.ts'
import { mebibytes } from './progress.ts'
import { table } from './table.ts'

/** What a fit has found, as far as it is shown. */
export interface Fitted {
  readonly fit: BudgetFit
  readonly account: BudgetAccount
  readonly changes: readonly ValueChange[]
  readonly syncs: SyncLoad
  readonly earlier: number
  readonly confirmation: Confirmation
  readonly files?: readonly string[]
}

/** The smallest honest setting for people: what each container would have and why, what changes, what is given up. */
export function fitText({ fit, account, changes, syncs, earlier, confirmation, files }: Fitted): string {
  const rows = fit.containers.map(({ object, container, left, before, after, rest, peak }) => [
    ...[object, container, change(`${before.replicas}`, left ? '0' : `${after.replicas}`)],
    ...[rest === 0 ? '-' : mebibytes(rest), peak === undefined ? '-' : mebibytes(peak)],
    ...(left
      ? ['left out', '', '']
      : [
          change(mebibytes(before.memory), mebibytes(after.memory)),
          change(limit(before.memoryLimit), limit(after.memoryLimit)),
          change(`${before.cpu}m`, `${after.cpu}m`),
        ]),
  ])
  const head = ['object', 'container', 'pods', 'at rest', 'peak', 'requests', 'limit', 'CPU']
  return [
    table(head, rows, [3, 4]),
    `together: ${budgetVerdict(fit.total, fit.budget, fit.fits)}`,
    ...(fit.whole.memory === fit.total.memory
      ? []
      : [
          `with the webhook: ${budgetVerdict(fit.whole, fit.budget, fit.whole.memory <= fit.budget.memory && fit.whole.cpu <= fit.budget.cpu)}`,
        ]),
    ...fit.containers.flatMap(({ object, container, resting, left }) =>
      left || resting !== false
        ? []
        : [
            `${object} ${container} was not at rest in any observation, in its boot or at work: look again later`,
          ],
    ),
    `rests on this measure and ${earlier} on record of the same bundle and heap; ${syncWords(syncs)}`,
    `an earlier fit: ${confirmationWords(confirmation)}`,
    ...(confirmation.containers ?? []).map(
      ({ object, container, said, observed, percent }) =>
        `  ${object} ${container}: ${mebibytes(said)} said, ${mebibytes(observed)} observed, ${signed(percent)} %`,
    ),
    '',
    changes.length === 0
      ? 'nothing is to be changed'
      : 'what would change; an install or upgrade with it applies it:',
    ...changeLines(changes),
    '',
    'what it gives up:',
    ...fit.choices.map(
      ({ choice, saves, givesUp }) =>
        `  ${choice}${saves === undefined ? '' : ` (${mebibytes(saves)})`}: ${givesUp}`,
    ),
    '',
    sourcesText(account),
    ...madeOf.map(line => `  ${line}`),
    ...(files === undefined ? [] : ['', ...files.map(file => `written: ${file}`)]),
  ].join('\n')
}

/** How the figures of the table are made of those that were observed. */
const madeOf = [
  'at rest, peak: the highest of this measure (observed, peak) and of ConfigMap sealift-budget, of one pod',
  'requests →: what is taken at rest, rounded up to 4Mi; Infisical’s by a table where its heap is to be another',
  'limit →: a tenth above the peak, and at least 64Mi; Infisical’s at least what a hard load was measured to take with its heap',
  'CPU →: a tenth above what is observed at rest, at least 5m; Infisical’s at least 100m, and 68m for each refresh a second more',
]

const limit = (bytes: number | undefined) => (bytes === undefined ? 'none' : mebibytes(bytes))
const signed = (percent: number) => `${percent > 0 ? '+' : ''}${percent}`
const change = (before: string, after: string) => (before === after ? after : `${before} → ${after}`)

function changeLines(changes: readonly ValueChange[]): string[] {
  const groups = Map.groupBy(changes, ({ chart }) => chart)
  return [...groups].flatMap(([chart, own]) => [
    chart === undefined ? '  the site file' : printable(`  values of ${chart}`),
    ...own.flatMap(({ path, before, after }) =>
      [`  - ${path}: ${before}`, `  + ${path}: ${after}`].map(line => printable(line, 1000)),
    ),
  ])
}

function syncWords({ externalSecrets, refreshes, requests, fill, expectedAge }: SyncLoad): string {
  const rate = (value: number) => Math.round(value * 100) / 100
  const age = expectedAge === undefined ? '' : `, secrets get up to ${Math.round(expectedAge)} s old now`
  return `${externalSecrets} ExternalSecrets ask for ${rate(refreshes)} refreshes and ${rate(requests)} requests a second, a first fill takes ${Math.ceil(fill)} s${age}`
}

function confirmationWords(confirmation: Confirmation): string {
  const { state, fitted, said = 0, observed = 0, percent = 0, minutes } = confirmation
  const apart = `${mebibytes(said)} said, ${mebibytes(observed)} observed, ${signed(percent)} %, ${minutes ?? 0} minutes after the last start`
  switch (state) {
    case 'none':
      return 'none is on record: say --record, install with it, and look again'
    case 'not-applied':
      return `that of ${fitted} is not what runs`
    case 'no-boot':
      return `that of ${fitted} runs, and was not started since`
    case 'too-early':
      return `that of ${fitted} runs, and is ${minutes === undefined ? 'not measured yet' : `in its boot, ${minutes} minutes after the last start`}: look again ten minutes after it`
    case 'off':
      return `that of ${fitted} was not confirmed over a boot: ${apart}, or a container was started anew`
    case 'confirmed':
      return `that of ${fitted} was confirmed over a boot: ${apart}`
  }
}
