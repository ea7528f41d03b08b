import type { BundleLock } from '../../../../bundle/lock/index.ts'
import { SealiftError } from '../../../../kernel/errors/index.ts'
import { fieldsOf, isOperatorGroup, servedVersions } from '../../../../kernel/objects/index.ts'
import { type Cluster, kinds } from '../../../../kernel/ports/index.ts'
import type { Standing } from '../../../install/index.ts'
import { migrationsApplied } from '../../../migrations/index.ts'
import { databaseIn, withOwnSession } from '../../../wire/index.ts'
import type { Installation } from '../installation.ts'

/** How a site is with the bundle of a lock. What cannot be looked at is left out: an upgrade does not hang on it. */
export async function standingOf(
  lock: BundleLock,
  { host, site, wired }: Pick<Installation, 'host' | 'site' | 'wired'>,
): Promise<Standing> {
  const migrations = await ifTold(async () => {
    const { services, own } = await databaseIn(site, host, wired.infisical.namespace)
    const applied = await withOwnSession(services, own, migrationsApplied)
    const last = applied.at(-1)
    return last === undefined ? undefined : { count: applied.length, last }
  })
  const crds = await ifTold(() => definitions(host.cluster))
  return {
    images: lock.images.map(({ name, digest }) => ({ name, digest })),
    charts: lock.charts.map(({ name, release, version }) => ({ release, chart: name, version })),
    ...(crds === undefined ? {} : { crds }),
    ...(migrations === undefined ? {} : { migrations }),
    declared: lock.budget.declared,
  }
}

async function definitions(cluster: Pick<Cluster, 'list'>): Promise<NonNullable<Standing['crds']>> {
  const own = (await cluster.list(kinds.crd)).filter(({ spec }) => isOperatorGroup(fieldsOf(spec)['group']))
  return Object.fromEntries(own.map(crd => [crd.metadata.name, servedVersions(crd)]))
}

/** What was found, or nothing where the site does not say. */
export async function ifTold<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look()
  } catch (error) {
    if (error instanceof SealiftError) return undefined
    throw error
  }
}
