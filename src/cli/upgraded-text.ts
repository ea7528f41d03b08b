import type { ReadCount, SecretCount, StepOutcome, UpgradeNote } from '../site/install/index.ts'
import type { Loss } from './confirm.ts'
import { duration } from './duration.ts'
import { stepsTable } from './installed-text.ts'

/** An upgrade for people, under what an install says: from where to where, how long nobody was served, what leads back. */
export function upgradedText({
  upgrade,
  gap,
}: {
  readonly upgrade?: UpgradeNote
  readonly gap: number
}): string {
  if (upgrade === undefined) return '  upgrade  none: the site had this bundle'
  const { from, to, snapshot, archive, gaveUp = [], reads, secrets, kept = [] } = upgrade
  return [
    `  upgrade  ${from.version} to ${to.version}, ${gap === 0 ? 'no pod stopped' : `not served for ${duration(gap * 1000)}`}`,
    ...(snapshot === undefined
      ? []
      : [`  way back database ${snapshot}: sealift rollback serves it again, with the releases of before`]),
    ...(reads === undefined ? [] : [`  reads    ${readsText(reads)}`]),
    ...(secrets === undefined ? [] : [`  secrets  ${secretsText(secrets)}`]),
    ...(archive === undefined ? [] : [`  archive  ${archive.path}`]),
    ...gaveUp.map(lost => `  given up ${lost}`),
    ...kept.map(
      ({ database, until }) => `  kept     database ${database}, of an earlier one, until ${until}`,
    ),
  ].join('\n')
}

/** Databases beside Infisical's, as the note of an upgrade has them. */
interface Kept {
  readonly snapshot?: string
  readonly setAside?: string
  readonly keptUntil?: string
  /** What earlier upgrades have left. */
  readonly kept?: readonly { readonly database: string; readonly until: string }[]
}

/** All databases that are kept, and until when; without that while the upgrade is under way. */
export function keptOf({
  snapshot,
  setAside,
  keptUntil,
  kept = [],
}: Kept): { readonly database: string; readonly until?: string }[] {
  const own = [snapshot, setAside].filter(one => one !== undefined)
  const until = keptUntil === undefined ? {} : { until: keptUntil }
  return [...own.map(database => ({ database, ...until })), ...kept]
}

/** How reads of Infisical's API went, in words. */
export function readsText({ answered, failed, longestGap }: ReadCount): string {
  return `${answered} answered, ${failed} failed; ${duration(longestGap)} the longest without an answer`
}

/** What became of External Secrets Operator's Secrets, in words. */
export function secretsText({ compared, changed, lost, untold }: SecretCount): string {
  const rest = untold === 0 ? '' : `; ${untold} may not be read by this account`
  return `${changed} changed, ${lost} lost of ${compared}${rest}`
}

/** A way back for people. */
export function rolledBackText({
  site,
  steps,
  upgrade: { from, setAside },
  seconds,
}: {
  readonly site: string
  readonly steps: readonly StepOutcome[]
  readonly upgrade: UpgradeNote
  readonly seconds: number
}): string {
  return [
    `${stepsTable(steps)}\n`,
    `${site} is back on ${from.name} ${from.version}, in ${duration(seconds * 1000)}`,
    ...(setAside === undefined ? [] : [`  set aside  database ${setAside}, with all that was written since`]),
  ].join('\n')
}

/** What a way back takes from a site. */
export function rollbackLoss(site: string): Loss {
  return {
    name: site,
    to: 'take back',
    lines: [],
    goes: ['what users wrote since the upgrade, from what is served'],
    stays: ['the same, in the database that is set aside; keys and images'],
  }
}
