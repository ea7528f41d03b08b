import { type Bundle, faultsError, openBundle, signaturePath } from '../../../bundle/layout/index.ts'
import { bundledHelm, requireTrusted } from '../../../bundle/opening/index.ts'
import type { Voucher } from '../../../bundle/sign/index.ts'
import { verifyBundle } from '../../../bundle/verify/index.ts'
import { count } from '../../../kernel/errors/index.ts'
import type { LoadingWayName, Site } from '../../../kernel/inputs/index.ts'
import {
  type BundleSource,
  type ClusterLooks,
  type HostNames,
  type KubernetesObject,
  kinds,
  type SiteHost,
  type Talk,
  type TemporaryHelm,
} from '../../../kernel/ports/index.ts'
import { type FoundDatabase, lookAtDatabase } from '../../gate/index.ts'
import { chooseWay, type LoadingWay, wayName } from '../../load/index.ts'
import { type SiteServices, servicesOf, type Wired, wiredCharts } from '../../wire/index.ts'
import { type Ground, ground } from './looking.ts'

/** What a preflight asks the world through. */
export interface PreflightHost extends SiteHost {
  readonly looks: ClusterLooks
  readonly names: HostNames
}

/** What is to be installed, and where, and what the user lets pass. */
export interface PreflightRequest {
  /** Path of the bundle. */
  readonly bundle: string
  readonly site: Site
  /** Path of the journal's file, which an install writes to. */
  readonly journal: string
  readonly allow: {
    readonly unsigned: boolean
    readonly downgrade: boolean
    readonly skipMinors?: boolean
    readonly anySite: boolean
    readonly takeOver: boolean
  }
  /** How images would come to the nodes, where it was said. */
  readonly load?: LoadingWayName | undefined
}

/** What the looks rest on, each found once, by whoever needs it first. */
export interface Grounds {
  readonly request: PreflightRequest
  readonly host: PreflightHost
  /** Aborted when the user wants no more. */
  readonly signal: AbortSignal
  readonly opened: Ground<Bundle>
  readonly wired: Ground<Wired>
  readonly trusted: Ground<Voucher>
  readonly whole: Ground<string>
  readonly helm: Ground<TemporaryHelm>
  readonly cluster: Ground<{ readonly server: string; readonly version: string }>
  readonly nodes: Ground<readonly KubernetesObject[]>
  readonly pods: Ground<readonly KubernetesObject[]>
  /** The way that install would go; nothing is asked of it yet. */
  readonly way: Ground<LoadingWay>
  readonly services: Ground<SiteServices>
  readonly database: Ground<FoundDatabase>
  /** Closes the bundle's file, and takes helm away. */
  close(): Promise<void>
}

/** Makes them; nothing is found yet. */
export function groundsOf(
  request: PreflightRequest,
  host: PreflightHost,
  { signal }: Pick<Talk, 'signal'>,
): Grounds {
  const { site, allow, bundle: path } = request
  const source = ground<BundleSource>('bundle/readable', 'the bundle', () => host.files.openBundle(path))
  const opened = ground('bundle/readable', 'the bundle', async () => openBundle(await source.own()))
  const wired = ground('bundle/spec', "the bundle's spec", async () => wiredCharts(await opened.need()))
  const trusted = ground('bundle/signature', 'a bundle that somebody answers for', async () =>
    requireTrusted(signaturePath(await source.own()), await opened.need(), site, allow.unsigned, host.files),
  )
  const whole = ground('bundle/whole', 'a bundle that is whole', async () => {
    await opened.need()
    const { platform } = host
    const verdict = await verifyBundle(await source.own(), { signal, platform, bases: [] })
    if (verdict.faults.length > 0) throw faultsError(verdict.faults)
    const { images, absent } = verdict
    const delta = absent.length > 0 ? `; a delta without ${count(absent.length, 'layer')}` : ''
    return `${count(images.length, 'image')}, every byte as its digest says${delta}`
  })
  let starting: Promise<TemporaryHelm> | undefined
  // A program out of a bundle is run only where the bundle is trusted and whole.
  const helm = ground('bundle/tools', "the bundle's helm", async () => {
    const bundle = await opened.need()
    await Promise.all([trusted.need(), whole.need()])
    starting = bundledHelm(bundle, host)
    return await starting
  })
  const cluster = ground('cluster/reach', 'the cluster', () => host.cluster.info())
  const after = async <T>(look: () => Promise<T>): Promise<T> => {
    await cluster.need()
    return look()
  }
  const nodes = ground('node/state', 'the list of nodes', () => after(() => host.cluster.list(kinds.node)))
  const pods = ground('node/requests', 'the list of pods', () => after(() => host.cluster.list(kinds.pod)))
  const way = ground('load/way', 'the way by which images come', async () => {
    const [from] = await Promise.all([source.need(), cluster.need()])
    return chooseWay(await wayName(request.load, site, host), site, host, from)
  })
  const services = ground('bundle/spec', "Infisical's namespace", async () =>
    servicesOf(site, host, (await wired.need()).infisical.namespace),
  )
  const database = ground('postgresql', 'the database', async () => {
    const [asked] = await Promise.all([services.need(), cluster.need()])
    return lookAtDatabase(asked)
  })
  return {
    ...{
      request,
      host,
      signal,
      opened,
      wired,
      trusted,
      whole,
      helm,
      cluster,
      nodes,
      pods,
      way,
      services,
      database,
    },
    async close() {
      // One that a look did not wait for any longer is taken away as well.
      await starting?.then(
        made => made.dispose(),
        () => {},
      )
      const open = await source.own().catch(() => undefined)
      await open?.close()
    },
  }
}
