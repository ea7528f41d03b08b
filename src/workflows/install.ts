import { openBundle } from '../bundle/index.ts'
import type { BudgetAccount } from '../check/index.ts'
import { bytes, SealiftError } from '../errors/index.ts'
import {
  installedBundle,
  readReceipt,
  refuseDowngrade,
  refuseForeign,
  refuseForeignRecords,
  refuseOtherOperator,
  refuseWrongSite,
  runSteps,
  type StepOutcome,
  siteJournal,
  writeReceipt,
} from '../install/index.ts'
import { requireBase, requireRoom } from '../load/index.ts'
import { printLock } from '../lock/index.ts'
import type { Digest } from '../oci/index.ts'
import type { Runtime, SiteHost, Talk } from '../ports/index.ts'
import { asStep } from './parts/as-step.ts'
import { bundledHelm } from './parts/carried.ts'
import { installSteps } from './parts/install-steps.ts'
import { observeBudget } from './parts/observed-budget.ts'
import { checkServices } from './parts/services.ts'
import { signaturePath } from './parts/signature.ts'
import type { ReadSite } from './parts/site-file.ts'
import { requireTrusted, type Voucher } from './parts/trust.ts'
import { verifySource } from './parts/verify-source.ts'
import { wiredCharts } from './parts/wired.ts'

/** What to install, and where. */
export interface InstallRequest {
  /** Path of the bundle. */
  readonly bundle: string
  /** The site file as it was read once: the host was made of the same. */
  readonly site: ReadSite
  /** Where every finished step is appended, one JSON object a line. */
  readonly journal: string
  readonly allow: Allowances
}

/** What the user lets pass that is refused otherwise. */
export interface Allowances {
  /** A bundle that nobody signed, where the site names no keys. */
  readonly unsigned: boolean
  /** A bundle that is older than what is installed. */
  readonly downgrade: boolean
  /** A bundle that was made for other sites. */
  readonly anySite: boolean
}

/** What was done. */
export interface InstallResult {
  readonly site: string
  readonly bundle: {
    readonly path: string
    readonly digest: Digest
    readonly size: number
    readonly version: string
    /** Fingerprint of the key that signed it, or `unsigned`. */
    readonly key: Voucher
  }
  readonly steps: readonly StepOutcome[]
  readonly budget: BudgetAccount
  readonly journal: string
  readonly seconds: number
}

/**
 * Installs a bundle: makes sure who signed it, verifies it, looks at the site before the first change, then runs
 * the steps. The file is opened once, so that what is verified is what is installed. A rerun goes on where the last
 * one stopped.
 * @throws SealiftError any of the site's and the bundle's codes
 */
export async function install(request: InstallRequest, host: SiteHost, talk: Talk): Promise<InstallResult> {
  const { cluster, files, clock } = host
  const { reporter, signal } = talk
  const started = clock.now()
  const { allow, bundle: path } = request
  const { site, digest: siteDigest } = request.site
  const source = await files.openBundle(path)
  try {
    const bundle = await openBundle(source)
    const key = await requireTrusted(signaturePath(source), bundle, site, allow.unsigned, files)
    const wired = wiredCharts(bundle)
    refuseWrongSite(wired.spec.metadata.sites, site.metadata.name, allow.anySite)
    await verifySource(source, { path, platform: host.platform }, files, talk)
    await lookAt('the cluster', talk, async () => {
      const { server, version } = await cluster.info()
      const marks = [bundle.digest, printLock(bundle.lock)]
      const candidate = { ...bundle.lock.metadata, marks }
      refuseDowngrade(await installedBundle(cluster), candidate, allow.downgrade)
      const namespaces = [...new Set(wired.spec.charts.map(({ namespace }) => namespace))]
      await refuseForeignRecords(cluster)
      await refuseForeign(cluster, namespaces)
      await refuseOtherOperator(cluster, namespaces)
      requireRuntime(host)
      return `${version} at ${server}`
    })
    if (bundle.absent.length > 0) {
      await lookAt('what the delta builds on', talk, async () => {
        const there = await requireBase(requireRuntime(host), bundle, host.platform)
        return `${there} of its layers are on this node`
      })
    }
    await lookAt('the room for images', talk, async () => {
      const { content, unpacked, free } = await requireRoom(requireRuntime(host), bundle, host.platform)
      const room = free === undefined ? '' : `, ${bytes(free)} are free`
      const need = `${bytes(content)}, about ${bytes(unpacked)} more unpacked${room}`
      if (free !== undefined && content + unpacked > free)
        reporter.warn(`the images may not fit on this node: ${need}`)
      return content === 0 ? 'all images are there' : need
    })
    await lookAt('PostgreSQL and Dragonfly', talk, () => checkServices(site, host, wired))

    const helm = await bundledHelm(bundle, host)
    try {
      const steps = await installSteps({ bundle, site, wired, helm, host, talk })
      const journal = siteJournal(cluster, files, request.journal)
      const outcomes = await runSteps({
        steps,
        journal,
        bundle: bundle.digest,
        site: siteDigest,
        reporter,
        clock,
        signal,
      })
      const at = new Date(clock.now()).toISOString()
      const { digest, size, lock } = bundle
      await writeReceipt(cluster, { site: site.metadata.name, bundle: digest, at, key, lock })
      return {
        site: site.metadata.name,
        bundle: { path, digest, size, version: lock.metadata.version, key },
        steps: outcomes,
        budget: await observeBudget(await readReceipt(cluster), cluster),
        journal: request.journal,
        seconds: (clock.now() - started) / 1000,
      }
    } finally {
      await helm.dispose()
    }
  } finally {
    await source.close()
  }
}

async function lookAt(what: string, { reporter, signal }: Talk, look: () => Promise<string>): Promise<void> {
  signal.throwIfAborted()
  await asStep(reporter, `Look at ${what}`, look, found => found)
}

function requireRuntime({ runtime }: SiteHost): Runtime {
  if (runtime) return runtime
  throw new SealiftError('LOAD_FAILED', 'this machine has no containerd that Kubernetes uses', {
    hints: [
      'run sealift on the K3s node',
      'or say where it is: containerd.ctr and containerd.address in site.yaml',
    ],
  })
}
