import * as z from 'zod'
import { count, SealiftError } from '../../../../kernel/errors/index.ts'
import { asStep, kinds, type SiteHost, type Talk } from '../../../../kernel/ports/index.ts'
import { type InstallPlan, installPlan, printPlan, rehearse } from '../../../plan/index.ts'
import { readManifests } from '../../../wire/index.ts'
import type { Installation } from '../installation.ts'
import { type Opened, withOpened } from '../opened.ts'
import type { InstallRequest } from '../request.ts'
import { installSteps } from '../steps.ts'
import { plannedFiles } from './files.ts'
import { plannedImages } from './images.ts'
import { plannedReleases } from './releases.ts'
import { plannedServer } from './server.ts'
import { plannedDatabase } from './services.ts'
import { plannedUpgrade } from './upgrade.ts'

export { readPlan } from '../../../plan/index.ts'

/** What is to be planned, and where the plan is written, if it is. */
export interface PlanRequest extends Omit<InstallRequest, 'plan'> {
  readonly output?: string
}

/** The plan, and the file that it was written to. */
export const planResult = installPlan.extend({ file: z.string().exactOptional() })
export type PlanResult = z.infer<typeof planResult>

/**
 * Says what an install would change, and changes nothing: its steps are tried on a cluster that asks instead of writing,
 * by the functions that the install itself decides by. Fails where the install would before its first change.
 * @throws SealiftError any of the site's and the bundle's codes
 */
export async function planInstall(request: PlanRequest, host: SiteHost, talk: Talk): Promise<PlanResult> {
  const { output } = request
  const plan = await withOpened(request, host, talk, opened => planOpened(request, opened, host, talk))
  if (output === undefined) return plan
  await host.files.write(output, printPlan(plan))
  return { ...plan, file: output }
}

/**
 * The error that ends a plan whose install the site would refuse, or one that a pipeline asked for drift.
 * @returns undefined where neither is so
 */
export function planFault(plan: InstallPlan, drift: boolean): SealiftError | undefined {
  const { equal, refused, site, bundle, upgrade } = plan
  if (upgrade !== undefined && upgrade.unfit.length > 0)
    return new SealiftError(
      'UPGRADE_UNFIT',
      `${bundle.name} ${bundle.version} must not follow ${upgrade.from}, which is installed on ${site.name}`,
      { faults: upgrade.unfit, hints: ['sealift preflight with this bundle says what to do about each'] },
    )
  if (refused.length > 0)
    return new SealiftError('CLUSTER_DENIED', 'the site would refuse what this install makes', {
      faults: refused,
      hints: ['change what refuses it, or the values in the bundle: the install would end there'],
    })
  if (equal || !drift) return undefined
  const title = `${bundle.name} ${bundle.version}`
  return new SealiftError(
    'PLAN_DRIFT',
    `${site.name} is not as ${title} would make it: ${count(changesIn(plan), 'change')}`,
    { hints: [`sealift ${upgrade === undefined ? 'install' : 'upgrade'} makes it so`] },
  )
}

type Say = (detail: string) => void

/** The same with a bundle that is open. @throws SealiftError any of the site's codes */
export async function planOpened(
  request: InstallRequest,
  opened: Opened,
  host: SiteHost,
  talk: Talk,
): Promise<InstallPlan> {
  const work = (say: Say) => planned(request, opened, host, talk, say)
  return await asStep(talk.reporter, 'Try the install’s steps, without writing', work, plan =>
    plan.equal ? 'nothing to change' : `${count(changesIn(plan), 'change')}`,
  )
}

async function planned(
  { journal, allow, site: { site, digest } }: InstallRequest,
  { bundle, wired, helm, access, look }: Opened,
  host: SiteHost,
  talk: Talk,
  say: Say,
): Promise<InstallPlan> {
  const rehearsal = rehearse(host.cluster)
  const installation: Installation = {
    ...{ bundle, site, wired, helm, talk, access, journal, takeOver: look.takeOver, way: look.way },
    host: { ...host, cluster: rehearsal.cluster },
    manifests: await readManifests(host.manifests),
    begin: async () => {},
  }
  const steps = installSteps(installation)
  /** The very step, for those that only apply objects. */
  const tried = async (id: string) => {
    talk.signal.throwIfAborted()
    rehearsal.during(id)
    await steps.find(step => step.id === id)?.run(say, talk.signal)
  }
  await tried('namespaces')
  const images = await plannedImages(installation)
  rehearsal.during('database')
  const { changes: database, data } = await plannedDatabase(installation)
  const releases = []
  for (const chart of wired.spec.charts) {
    if (chart.crdValues !== undefined) await tried(`crds-${chart.release}`)
    say(`release ${chart.release}`)
    releases.push(...(await plannedReleases(chart, installation, rehearsal, host.cluster)))
  }
  const server = await plannedServer(installation, rehearsal, data, host)
  const upgrade = await plannedUpgrade({ ...installation, host }, allow)
  const files = [...images.files, ...(await plannedFiles(installation, host.cluster))]
  const { version } = await host.cluster.info()
  const cluster = await host.cluster.get(kinds.namespace, 'kube-system')
  const plan = {
    apiVersion: 'sealift.dev/v1' as const,
    kind: 'Plan' as const,
    madeAt: new Date(host.clock.now()).toISOString(),
    bundle: { ...nameOf(bundle.lock.metadata), digest: bundle.digest },
    site: { name: site.metadata.name, digest },
    load: look.way.name,
    kubernetes: { version, cluster: String(cluster?.metadata['uid'] ?? '') },
    ...{ equal: false, releases, objects: rehearsal.objects(), nodes: images.nodes, database, files },
    infisical: server.changes,
    ...upgrade,
    unknown: [...rehearsal.unknown, ...server.unknown],
    refused: [...rehearsal.refused],
  }
  const equal = changesIn(plan) + plan.unknown.length + plan.refused.length === 0
  return installPlan.parse({ ...plan, equal })
}

const nameOf = ({ name, version }: { name: string; version: string }) => ({ name, version })

type Changes = Pick<InstallPlan, 'releases' | 'objects' | 'nodes' | 'database' | 'infisical' | 'files'>

/** How many things an install would change. */
export function changesIn({ releases, objects, nodes, database, infisical, files }: Changes): number {
  const changed = objects.filter(({ change }) => change !== 'stays').length
  const images = nodes.reduce((sum, node) => sum + node.images.length, 0)
  return releases.length + changed + images + database.length + infisical.length + files.length
}
