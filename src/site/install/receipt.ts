import { isDeepStrictEqual } from 'node:util'
import * as z from 'zod'
import { type BundleLock, type LockedChart, parseLock, printLock } from '../../bundle/lock/index.ts'
import { voucher } from '../../bundle/sign/index.ts'
import { systemNamespace } from '../../kernel/access/index.ts'
import { printable, SealiftError } from '../../kernel/errors/index.ts'
import { siteName } from '../../kernel/fields/index.ts'
import { loadingWays } from '../../kernel/inputs/index.ts'
import { digestShape } from '../../kernel/oci/index.ts'
import type { Cluster } from '../../kernel/ports/index.ts'
import { broughtField } from './brought.ts'
import { forgetJournal } from './journal.ts'
import type { Installed, Named } from './order.ts'
import { changeReceipt, type ReceiptData, receiptData, receiptName } from './receipt-object.ts'
import { hasChanged, type RunRecord, runField, runIn, withoutRun } from './run-record.ts'
import { withoutStarted } from './started.ts'

const written = z.object({
  /** The site's name. */
  site: siteName,
  /** Identity of the bundle. */
  bundle: digestShape,
  /** ISO time at which the install was proven. */
  at: z.iso.datetime(),
  key: voucher,
  /** How its images came to the nodes; absent where an older Sealift, or nobody, says so. */
  load: z.enum(loadingWays).optional().catch(undefined),
})

/** The same as it is stored, with the name and version of the bundle, which its lock has as well. */
const stored = written.extend({ name: z.string(), version: z.string() })

/** What was installed here: the auditor's and every later verb's starting point. Holds no secret. */
export interface Receipt extends z.infer<typeof written> {
  /** The bundle's lock: charts, images by digest, budget. */
  readonly lock: BundleLock
  /** The last run that has changed something; an older Sealift has noted none. */
  readonly run?: RunRecord
}

const lockKey = 'bundle.lock.yaml'

/**
 * Notes in the receipt which bundle's install changes the site from now on, beside what is installed: one that is
 * killed in the middle may have changed the database already. @throws SealiftError CLUSTER_*
 */
export async function noteBegun(cluster: Cluster, { name, version }: Named, site: string): Promise<void> {
  const begun = { begunName: name, begunVersion: version, begunSite: site }
  await changeReceipt(cluster, data => ({ ...data, ...begun }))
}

/**
 * Leaves the receipt in the cluster, with nothing begun or removed: ConfigMap `sealift-receipt`. Where it says the same
 * already, that stays, with the time at which it was proven first; its run, unless this one has changed something.
 * @throws SealiftError CLUSTER_*
 */
export async function writeReceipt(cluster: Cluster, receipt: Receipt): Promise<void> {
  const { site, bundle, at, key, lock, run, load } = receipt
  await changeReceipt(cluster, here => {
    const named = { site, bundle, key, ...(load === undefined ? {} : { load }), ...lock.metadata }
    const data = { ...named, [lockKey]: printLock(lock), ...broughtField(here) }
    const { at: first, ...before } = withoutRun(here ?? {})
    if (first === undefined || !isDeepStrictEqual(data, before)) return { ...data, ...runField(run), at }
    return run !== undefined && hasChanged(run) ? { ...data, ...runField(run), at: first } : undefined
  })
}

/** The receipt of what is installed here. @throws SealiftError NOT_INSTALLED, LOCK_INVALID, CLUSTER_* */
export async function readReceipt(cluster: Cluster): Promise<Receipt> {
  const data = await receiptData(cluster)
  // One that has a lock, or a bundle, and no name was changed by hand: that is not nothing.
  const spoilt = data?.['name'] === undefined && (data?.[lockKey] ?? data?.['bundle']) !== undefined
  if (!spoilt && (data?.['name'] === undefined || data['removed'] !== undefined)) {
    throw new SealiftError(
      'NOT_INSTALLED',
      data?.['name'] === undefined
        ? 'Sealift has installed nothing on this cluster, or not to the end'
        : printable(`${data['name']} ${data['version']} was removed from this cluster at ${data['removed']}`),
      {
        hints: [
          'run: sealift install BUNDLE -c site.yaml; it goes on where it was interrupted, and takes up data that is there',
        ],
      },
    )
  }
  const lock = lockIn(data?.[lockKey] ?? '')
  const found = stored.safeParse(data)
  const run = runIn(data ?? {})
  if (found.success) {
    const { name: _, version: __, ...fields } = found.data
    return { ...fields, lock, ...(run === undefined ? {} : { run }) }
  }
  throw new SealiftError(
    'LOCK_INVALID',
    `ConfigMap ${systemNamespace}/${receiptName} is no receipt of Sealift`,
    {
      faults: found.error.issues.map(({ path, message }) => `${path.join('.')}: ${printable(message)}`),
      hints: [byHand],
    },
  )
}

const byHand = 'it was changed by hand: install the bundle again, which writes it anew'

function lockIn(text: string): BundleLock {
  const place = `ConfigMap ${systemNamespace}/${receiptName}`
  try {
    return parseLock(text, place)
  } catch (error) {
    if (!(error instanceof SealiftError) || error.code !== 'LOCK_INVALID') throw error
    throw new SealiftError('LOCK_INVALID', `${place} is no receipt of Sealift: ${error.message}`, {
      faults: error.faults,
      hints: [byHand],
      cause: error,
    })
  }
}

/**
 * Name and version of the bundle whose database is here, whatever form its lock has: what was begun, since it may
 * have changed it already; else what is installed, or was and left its data.
 * @throws SealiftError CLUSTER_*
 */
export async function installedBundle(cluster: Cluster): Promise<Installed | undefined> {
  const data = (await receiptData(cluster)) ?? {}
  const { name, version, removed, begunName, begunVersion, bundle } = data
  const where = data['begunSite'] ?? data['site']
  const site = where === undefined ? {} : { site: where }
  if (begunName !== undefined && begunVersion !== undefined)
    return { name: begunName, version: begunVersion, begun: true, ...site }
  if (name === undefined || version === undefined) return undefined
  const marks = [bundle, data[lockKey]].filter(mark => mark !== undefined)
  return {
    name,
    version,
    ...site,
    ...(marks.length > 0 ? { marks } : {}),
    ...(removed === undefined ? {} : { removed }),
  }
}

/**
 * Name and version of the bundle that was installed to its end last and is still here, whatever was begun since.
 * @throws SealiftError CLUSTER_*
 */
export async function completedBundle(cluster: Cluster): Promise<Named | undefined> {
  const { name, version, removed } = (await receiptData(cluster)) ?? {}
  return name === undefined || version === undefined || removed !== undefined ? undefined : { name, version }
}

/**
 * The releases of the bundle that was installed to its end last, removed since or not. None where there is no receipt,
 * or one that was changed by hand: a removal must not hang on it.
 * @throws SealiftError CLUSTER_*
 */
export async function recordedReleases(cluster: Cluster): Promise<readonly LockedChart[]> {
  const data = await receiptData(cluster)
  // Something was begun over what a removal had left: the releases of that are gone.
  const { name, removed, begunName } = data ?? {}
  if (begunName !== undefined && (begunName !== name || removed !== undefined)) return []
  return chartsIn(data)
}

/**
 * The namespaces of that bundle's releases, which stay where it was removed without a purge.
 * @throws SealiftError CLUSTER_*
 */
export async function recordedNamespaces(cluster: Cluster): Promise<string[]> {
  return chartsIn(await receiptData(cluster)).map(({ namespace }) => namespace)
}

function chartsIn(data: ReceiptData | undefined): readonly LockedChart[] {
  try {
    return parseLock(data?.[lockKey] ?? '', receiptName).charts
  } catch (error) {
    if (error instanceof SealiftError && error.code === 'LOCK_INVALID') return []
    throw error
  }
}

/**
 * Takes the journal away, and notes in the receipt, if there is one, that its bundle was removed, or the one that was
 * begun: the database is still there, and an older bundle must not take it up unasked. Tells whether there was a journal.
 * @throws SealiftError CLUSTER_*
 */
export async function closeReceipt(cluster: Cluster, removed: string): Promise<boolean> {
  await changeReceipt(cluster, data => {
    if (data === undefined) return undefined
    const { begunName: name, begunVersion: version, begunSite: site } = data
    const begun = name !== undefined && version !== undefined
    const left = begun
      ? { name, version, ...(site ? { site } : {}), ...broughtField(data) }
      : withoutStarted(data)
    return { removed, ...left }
  })
  return await forgetJournal(cluster)
}
