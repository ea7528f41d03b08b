import { printable } from '../kernel/errors/index.ts'
import { keyText, table } from './table.ts'
import { keptOf } from './upgraded-text.ts'

interface Release {
  readonly name: string
  readonly version: string
  readonly namespace: string
  readonly pods: string
}

interface Begun {
  readonly name: string
  readonly version: string
  readonly bundle?: string
  readonly site?: string
  readonly since?: string
  readonly steps: readonly { readonly step: string; readonly at: string; readonly detail: string }[]
  readonly releases: readonly Release[]
}

/** How the last upgrade stands. */
interface Upgraded extends Readonly<Record<'since' | 'at', string>> {
  readonly from: { readonly version: string }
  readonly to: { readonly version: string }
  readonly state: 'begun' | 'proven' | 'returning' | 'returned'
  readonly snapshot?: string
  readonly setAside?: string
  readonly keptUntil?: string
  readonly kept?: readonly { readonly database: string; readonly until: string }[]
  readonly restored?: { readonly path: string; readonly whole: boolean }
}

/** What `status` has found. */
export type FoundStatus =
  | {
      readonly state: 'installed'
      readonly site: string
      readonly bundle: Readonly<Record<'name' | 'version' | 'digest' | 'key', string>>
      readonly installed: string
      readonly admin?: { readonly email: string; readonly setUp: 'sealift' | 'adopted' }
      readonly releases: readonly Release[]
      readonly images: readonly { readonly name: string; readonly digest: string }[]
      readonly begun?: Begun
      readonly upgrade?: Upgraded
    }
  | { readonly state: 'begun'; readonly begun: Begun }
  | { readonly state: 'removed' | 'nothing' }

/** What is installed, and what was begun, for people; empty where nothing is. */
export function statusText(found: FoundStatus): string {
  if (found.state === 'begun') return begunText(found.begun)
  if (found.state !== 'installed') return ''
  const { site, bundle, installed, admin, releases, images, begun, upgrade } = found
  return [
    `${printable(site)}: ${printable(`${bundle.name} ${bundle.version}`)}, proven ${installed}\n  bundle  ${bundle.digest}\n  signed  ${keyText(bundle.key)}${admin === undefined ? '' : adminText(admin)}${upgrade === undefined ? '' : upgradeText(upgrade)}`,
    releaseTable(releases),
    table(
      ['image', 'digest'],
      images.map(({ name, digest }) => [name, digest]),
    ),
    ...(begun === undefined ? [] : [`Over it: ${begunText(begun)}`]),
  ].join('\n\n')
}

function adminText({
  email,
  setUp,
}: {
  readonly email: string
  readonly setUp: 'sealift' | 'adopted'
}): string {
  const adopted = setUp === 'adopted' ? ' (adopted: Infisical was set up already)' : ''
  return `\n  admin   ${printable(email)}${adopted}`
}

function upgradeText({ from, to, state, since, at, restored, ...left }: Upgraded): string {
  const step = printable(`${from.version} to ${to.version}`)
  const told = {
    begun: `${step}, begun ${since} and not at its end: sealift upgrade goes on, sealift rollback goes back`,
    proven: `${step}, proven ${at}`,
    returning: `${step}, on its way back since ${at}: ${restored?.whole === false ? `sealift restore ${restored.path} puts all of its database back, then ` : ''}sealift rollback brings it to its end`,
    returned: `${step}, taken back ${at}`,
  }[state]
  const kept = keptOf(left).map(
    ({ database, until }) => `database ${database} is kept${until === undefined ? '' : ` until ${until}`}`,
  )
  return `\n  upgrade ${[told, ...kept].map(one => printable(one, 500)).join('; ')}`
}

function begunText({ name, version, site, since, bundle, steps, releases }: Begun): string {
  const where = site === undefined ? '' : ` for site ${printable(site)}`
  const head = `${printable(`${name} ${version}`)} was begun${where}${since ? ` at ${printable(since)}` : ''} and did not come to its end`
  const done =
    steps.length === 0
      ? 'no step has changed anything'
      : table(
          ['step', 'done', 'result'],
          steps.map(({ step, at, detail }) => [step, at, detail]),
        )
  return [
    `${head}${bundle === undefined ? '' : `\n  bundle  ${bundle}`}`,
    done,
    ...(releases.length === 0 ? [] : [releaseTable(releases)]),
  ].join('\n\n')
}

function releaseTable(releases: readonly Release[]): string {
  return table(
    ['release', 'version', 'namespace', 'state'],
    releases.map(({ name, version, namespace, pods }) => [name, version, namespace, pods]),
  )
}
