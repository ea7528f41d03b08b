import * as z from 'zod'
import { voucher } from '../../bundle/sign/index.ts'
import { keptLogins, systemNamespace } from '../../kernel/access/index.ts'
import { count, type ErrorCode, printable, SealiftError } from '../../kernel/errors/index.ts'
import type { Site } from '../../kernel/inputs/index.ts'
import { leaseHolder } from '../../kernel/lease/index.ts'
import { digestShape } from '../../kernel/oci/index.ts'
import { type Cluster, kinds, type SiteHost } from '../../kernel/ports/index.ts'
import { judgeDeployment, type KeysState, keysState, keysWords, observeKeys } from '../check/index.ts'
import {
  infisicalNamespace,
  installedBundle,
  journalEntry,
  keptUntil,
  type Receipt,
  readReceipt,
  readUpgrade,
  siteJournal,
  startedInstall,
  type UpgradeNote,
  unfinishedInstall,
  upgradeNote,
} from '../install/index.ts'
import { fingerprintOf, readKeysRecord, storedKeys } from '../wire/index.ts'

const release = z.strictObject({
  name: z.string(),
  version: z.string(),
  namespace: z.string(),
  /** How many of its Deployments are ready, in words. */
  pods: z.string(),
})

/** An install that was begun and has not come to its end, and how far it came. */
const begun = startedInstall.omit({ releases: true }).extend({
  /** Steps of this bundle that have changed something since it was begun, in order. */
  steps: z.array(journalEntry.pick({ step: true, detail: true, at: true })),
  releases: z.array(release),
  /** Who has the site's lease, where somebody has: at work, or killed. */
  lease: z.strictObject({ holder: z.string(), since: z.string() }).exactOptional(),
})

const installed = z.strictObject({
  state: z.literal('installed'),
  site: z.string(),
  bundle: z.strictObject({
    name: z.string(),
    version: z.string(),
    digest: digestShape,
    /** Fingerprint of the key that signed it, or `unsigned`. */
    key: voucher,
  }),
  /** ISO time at which the install was proven. */
  installed: z.string(),
  /** Its keys and their escrow; absent where that cannot be told: `check` says why. */
  keys: keysState.exactOptional(),
  /** Infisical's admin, and who set the server up; absent where that cannot be told. */
  admin: z.strictObject({ email: z.string(), setUp: z.enum(['sealift', 'adopted']) }).exactOptional(),
  releases: z.array(release),
  images: z.array(z.strictObject({ name: z.string(), digest: digestShape })),
  journal: z.array(journalEntry),
  /** What was begun over it. */
  begun: begun.exactOptional(),
  /** Its last upgrade: how that stands, and what leads back. */
  upgrade: upgradeNote
    .extend({
      /** ISO time until which its copy of before, or the database that it has set aside, is kept. */
      keptUntil: z.string().exactOptional(),
    })
    .exactOptional(),
})

/** What is here, and how it got here. */
export const statusResult = z.discriminatedUnion('state', [
  installed,
  z.strictObject({ state: z.literal('begun'), begun, journal: z.array(journalEntry) }),
  z.strictObject({
    state: z.literal('removed'),
    bundle: z.strictObject({ name: z.string(), version: z.string() }),
    site: z.string().exactOptional(),
    /** ISO time since which only its data is there. */
    removed: z.string(),
  }),
  z.strictObject({ state: z.literal('nothing') }),
])
export type StatusResult = z.infer<typeof statusResult>
export type InstalledStatus = z.infer<typeof installed>
export type Begun = z.infer<typeof begun>

/**
 * Says what is installed, was begun or was removed; `escrow` as the site file has it. Changes nothing.
 *
 * @throws SealiftError LOCK_INVALID, CLUSTER_*
 */
export async function status({ cluster, files }: SiteHost, escrow?: Site['escrow']): Promise<StatusResult> {
  const receipt = await receiptIfAny(cluster)
  const journal = await siteJournal(cluster, files, '').read()
  const unfinished = await begunOf(cluster, journal)
  if (receipt !== undefined) {
    const { site, bundle, at, key, lock } = receipt
    const upgrade = await readUpgrade(cluster)
    const until = upgrade && keptUntil(upgrade)
    return {
      state: 'installed',
      site,
      bundle: { name: lock.metadata.name, version: lock.metadata.version, digest: bundle, key },
      installed: at,
      ...(await keysOf(cluster, escrow)),
      ...(await adminOf(cluster)),
      releases: await releasesOf(cluster, lock.charts),
      images: lock.images.map(({ name, digest }) => ({ name, digest })),
      journal,
      ...(unfinished === undefined ? {} : { begun: unfinished }),
      ...(upgrade && { upgrade: { ...upgrade, ...(until && { keptUntil: until }) } }),
    }
  }
  if (unfinished !== undefined) return { state: 'begun', begun: unfinished, journal }
  const { name, version, removed, site } = (await installedBundle(cluster)) ?? {}
  if (name === undefined || version === undefined || removed === undefined) return { state: 'nothing' }
  return { state: 'removed', bundle: { name, version }, removed, ...(site === undefined ? {} : { site }) }
}

async function keysOf(cluster: Cluster, wanted: Site['escrow']): Promise<{ keys?: KeysState }> {
  try {
    const namespace = await infisicalNamespace(cluster)
    const keys = namespace === undefined ? undefined : await storedKeys(cluster, namespace)
    if (keys === undefined) return {}
    return { keys: observeKeys(fingerprintOf(keys), await readKeysRecord(cluster), wanted) }
  } catch (error) {
    // Whoever may see what is installed may not see its Secrets.
    const untold: readonly ErrorCode[] = ['CLUSTER_DENIED', 'KEYS_LOST', 'FOREIGN_INSTALL']
    if (error instanceof SealiftError && untold.includes(error.code)) return {}
    throw error
  }
}

async function adminOf(cluster: Cluster): Promise<Pick<InstalledStatus, 'admin'>> {
  try {
    const [kept] = await keptLogins(cluster, systemNamespace)
    if (kept?.login === undefined) return {}
    return { admin: { email: kept.login.email, setUp: kept.adopted ? 'adopted' : 'sealift' } }
  } catch (error) {
    if (error instanceof SealiftError && error.code === 'CLUSTER_DENIED') return {}
    throw error
  }
}

/** What is to be said of the keys of what is installed, a line each; nothing where that is not known. */
export function keysLines(found: StatusResult): string[] {
  if (found.state !== 'installed' || found.keys === undefined) return []
  const { message, hint } = keysWords(found.keys)
  return [message, ...(hint === undefined ? [] : [`  → ${hint}`])]
}

async function receiptIfAny(cluster: Cluster): Promise<Receipt | undefined> {
  try {
    return await readReceipt(cluster)
  } catch (error) {
    if (error instanceof SealiftError && error.code === 'NOT_INSTALLED') return undefined
    throw error
  }
}

async function begunOf(
  cluster: Cluster,
  journal: readonly z.infer<typeof journalEntry>[],
): Promise<Begun | undefined> {
  const started = await unfinishedInstall(cluster)
  if (started === undefined) return undefined
  // The journal has those of before as well: of an upgrade that was taken back, of an install that was proven.
  const from = started.since ?? ''
  const done = journal.filter(({ bundle, at }) => bundle === started.bundle && at >= from)
  const lease = await leaseHolder(cluster)
  return {
    ...started,
    steps: done.map(({ step, detail, at }) => ({ step, detail, at })),
    releases: await releasesOf(cluster, started.releases),
    ...(lease === undefined ? {} : { lease }),
  }
}

type Named = Pick<z.infer<typeof release>, 'name' | 'version' | 'namespace'>

async function releasesOf(cluster: Cluster, charts: readonly Named[]): Promise<z.infer<typeof release>[]> {
  const releases = []
  for (const { name, version, namespace } of charts) {
    const verdicts = (await cluster.list(kinds.deployment, namespace)).map(object =>
      judgeDeployment(object, false),
    )
    const ready = verdicts.filter(({ ok }) => ok).length
    const pods =
      verdicts.length === 0 ? 'no Deployment' : `${ready} of ${count(verdicts.length, 'Deployment')} ready`
    releases.push({ name, version, namespace, pods })
  }
  return releases
}

/** What to do about an install that has no end, or about an upgrade: that one goes on by another verb, or back. */
export function goOn(
  { name, version, lease }: Begun,
  upgrade?: Pick<UpgradeNote, 'state' | 'restored'>,
): string[] {
  const bundle = printable(`${name} ${version}`)
  const holder = printable(lease?.holder ?? '')
  return [
    ...(lease
      ? [`${holder} has had the lease since ${lease.since}: where it is at work, wait for its end`]
      : []),
    ...waysOn(bundle, upgrade),
  ]
}

function waysOn(bundle: string, upgrade: Parameters<typeof goOn>[1]): string[] {
  const rollback = 'sealift rollback BUNDLE -c site.yaml'
  if (upgrade?.state === 'begun')
    return [
      `run sealift upgrade with ${bundle} again: it goes on where it stopped`,
      `or take the site back: ${rollback}`,
    ]
  if (upgrade?.state !== 'returning') return [`install ${bundle} again: it goes on where it stopped`]
  const { path, whole = true } = upgrade.restored ?? {}
  return [
    ...(whole ? [] : [printable(`put all of its database back: sealift restore ${path}`, 500)]),
    `bring the way back to its end: ${rollback}`,
  ]
}

/** The error that `status` ends with where nothing is installed. @returns undefined where something is */
export function statusFault(found: StatusResult): SealiftError | undefined {
  if (found.state === 'installed') return undefined
  const install = 'run: sealift install BUNDLE -c site.yaml'
  if (found.state === 'nothing')
    return new SealiftError('NOT_INSTALLED', 'Sealift has installed nothing on this cluster', {
      hints: [install],
    })
  if (found.state === 'removed') {
    const { bundle, removed } = found
    const what = printable(`${bundle.name} ${bundle.version}`)
    return new SealiftError('NOT_INSTALLED', `${what} was removed from this cluster at ${removed}`, {
      hints: [`${install}; it takes up the data that is there`],
    })
  }
  const { name, version, since } = found.begun
  return new SealiftError(
    'NOT_INSTALLED',
    `${printable(`${name} ${version}`)} was begun here${since ? ` at ${since}` : ''} and did not come to its end`,
    { hints: [...goOn(found.begun), 'or take away what is there: sealift remove BUNDLE -c site.yaml --yes'] },
  )
}
