import { compareBuild, valid } from 'semver'
import type { LockedChart } from '../../bundle/lock/index.ts'
import { printable, SealiftError } from '../../kernel/errors/index.ts'

/** A bundle's name and version, as its spec says. */
export interface Named {
  readonly name: string
  readonly version: string
}

/** A bundle as the gate compares it. */
export interface Candidate extends Named {
  /** What tells two bundles of one version apart: the identity, and the lock, which a delta and its whole share. */
  readonly marks?: readonly string[]
}

/** The bundle that a site has. */
export interface Installed extends Candidate {
  /** The site's name, as the file of the last install that changed data here has it. */
  readonly site?: string
  /** ISO time since which only its data is there. */
  readonly removed?: string
  /** Set while its install has begun and not ended: nobody knows how far it came. */
  readonly begun?: true
}

/**
 * Makes sure that a bundle does not take a site back: an older version, one that cannot be compared, or the same
 * version with other content, over what is installed, or was and left its database, or was begun and may have changed
 * it. `installed` is undefined on a fresh site.
 * @throws SealiftError FOREIGN_INSTALL for a bundle of another name, DOWNGRADE_REFUSED unless `allowed`
 */
export function refuseDowngrade(installed: Installed | undefined, next: Candidate, allowed: boolean): void {
  if (installed === undefined) return
  const [here, wanted] = [installed, next].map(({ name, version }) => printable(`${name} ${version}`))
  const gone = installed.removed !== undefined
  if (!gone) refuseOtherBundle(installed, next)
  if (allowed) return
  const begun = installed.begun === true
  const state = stateOf(installed)
  const sameName = installed.name === next.name
  const comparable = sameName && valid(installed.version) !== null && valid(next.version) !== null
  const newer = comparable ? compareBuild(next.version, installed.version) : 0
  const sameVersion = sameName && (comparable ? newer === 0 : installed.version === next.version)
  if (sameVersion ? sameContent(installed, next) : newer > 0) return
  throw new SealiftError(
    'DOWNGRADE_REFUSED',
    sameVersion
      ? `${here} ${state}, and this bundle is another of the same version: nobody can tell which is newer`
      : comparable
        ? `${here} ${state}, and this bundle is older: ${wanted}`
        : `${here} ${state}, and nobody can tell whether ${wanted} is newer: not both are versions like 1.2.3 of one bundle`,
    {
      hints: [
        ...(begun && sameName ? [`install ${here} again: it goes on where it stopped`] : []),
        'say --allow-downgrade if you mean it; a newer database may not fit an older server',
      ],
    },
  )
}

/** Whether what is here is an older version of a bundle, by the order of versions; what cannot be compared is not. */
export function isOlder(here: Named | undefined, next: Named): here is Named {
  if (here === undefined || here.name !== next.name) return false
  if (valid(here.version) === null || valid(next.version) === null) return false
  return compareBuild(next.version, here.version) > 0
}

/**
 * Makes sure that a bundle does not go over an older one that is installed to its end, but where `upgrading`: an install
 * has no copy of the database to go back to. What was begun, or was removed and left its database, has none to lose.
 * @throws SealiftError UPGRADE_UNFIT
 */
export function refuseNewer(installed: Installed | undefined, next: Named, upgrading: boolean): void {
  if (upgrading || installed?.begun || installed?.removed !== undefined || !isOlder(installed, next)) return
  const { name, version } = installed
  throw new SealiftError(
    'UPGRADE_UNFIT',
    printable(
      `${name} ${version} is installed here, and this bundle is ${next.version}: upgrade takes a copy of the database first`,
    ),
    {
      hints: [
        'sealift upgrade BUNDLE -c site.yaml',
        'sealift preflight and sealift plan with this bundle tell beforehand what it would meet',
      ],
    },
  )
}

/**
 * Makes sure that what is installed, was begun, or was and left its data, is a bundle of the same name.
 * @throws SealiftError FOREIGN_INSTALL
 */
export function refuseOtherBundle(installed: Installed | undefined, next: Named): void {
  if (installed === undefined || installed.name === next.name) return
  const [here, wanted] = [installed, next].map(({ name, version }) => printable(`${name} ${version}`))
  throw new SealiftError('FOREIGN_INSTALL', `${here} ${stateOf(installed)}, and this bundle is ${wanted}`, {
    hints: [
      'take the bundle or the site file that is meant; what is here is removed with a bundle of its own name',
    ],
  })
}

/**
 * Makes sure that a site file is that of this cluster. `here` is the site that it is known as, if it is.
 * @throws SealiftError FOREIGN_INSTALL unless `allowed`
 */
export function refuseOtherSite(here: string | undefined, site: string, allowed = false): void {
  if (here === undefined || here === site || allowed) return
  throw new SealiftError(
    'FOREIGN_INSTALL',
    `this cluster is site ${printable(here)}, and the site file is of ${site}`,
    {
      hints: [
        'take the site file of this cluster, or the kubeconfig of that site',
        'if the site was given another name: install --take-over',
      ],
    },
  )
}

/**
 * Makes sure that a bundle has every release that is here, under the same name and in the same namespace: what it does
 * not know, it would leave running without its data. @throws SealiftError FOREIGN_INSTALL
 */
export function refuseOtherReleases(here: readonly LockedChart[], next: readonly LockedChart[]): void {
  const title = ({ release, namespace }: LockedChart) => printable(`${release} in namespace ${namespace}`)
  const known = new Set(next.map(title))
  const unknown = here.map(title).filter(one => !known.has(one))
  if (unknown.length === 0) return
  throw new SealiftError('FOREIGN_INSTALL', 'this bundle does not have every release that is here', {
    faults: unknown.map(one => `release ${one}`),
    hints: ['take the version that was installed: sealift status names it'],
  })
}

function stateOf({ removed, begun }: Installed): string {
  if (removed !== undefined) return 'was installed here and left its database'
  return begun ? 'was begun here and did not come to its end' : 'is installed here'
}

/** One of the marks is enough: another version of Sealift may print the same lock otherwise. */
function sameContent({ marks }: Candidate, next: Candidate): boolean {
  return marks === undefined || next.marks === undefined || marks.some(mark => next.marks?.includes(mark))
}

/**
 * Makes sure that a bundle which names its sites is used on one of them.
 * @throws SealiftError WRONG_SITE unless `allowed`
 */
export function refuseWrongSite(sites: readonly string[] | undefined, site: string, allowed: boolean): void {
  if (allowed || sites === undefined || sites.includes(site)) return
  throw new SealiftError('WRONG_SITE', `this bundle is for ${sites.join(', ')}, and this site is ${site}`, {
    hints: ['take the bundle that was made for this site, or say --any-site if you mean it'],
  })
}
