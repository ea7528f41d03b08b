import type { InfisicalSession, SiteHost } from '../../../kernel/ports/index.ts'
import {
  type Destination,
  doubtsOf,
  expansionOf,
  judgeSwitches,
  locate,
  planned,
  type Sources,
  type SwitchName,
} from '../../migrate/index.ts'
import type { Pace } from '../../pace/index.ts'
import type { Migrated } from './result.ts'
import { plannedSwitch } from './switching.ts'

/** What is to be migrated, and where to. */
export interface Wanted extends Destination {
  readonly sources: Sources
  readonly switches: readonly SwitchName[]
}

/** Everything that is to be known before anything is done. */
export type Plan = Awaited<ReturnType<typeof look>>

/**
 * Looks where the secrets go, what would become of each, and at the ExternalSecrets that are to take the store.
 * @throws SealiftError MIGRATION_UNFIT, SERVER_FAILED, CLUSTER_*
 */
export async function look(
  { batches, tenancy }: InfisicalSession,
  { sources, switches, project, environment, path }: Wanted,
  cluster: SiteHost['cluster'],
  pace: Pace,
) {
  const located = await locate({ project, environment, path }, tenancy, pace)
  const there = located.folder ? await pace.read(() => batches.secretsIn(located.place)) : undefined
  const expansion = await expansionOf(cluster, { project, environment })
  const judged = await judgeSwitches(switches, { project, environment }, cluster)
  const doubts = [...sources.doubts, ...doubtsOf(sources.found, expansion)]
  const all = planned(sources.found, doubts, there ?? new Map())
  const result: Migrated = {
    ...{ project, environment, path, newFolder: !located.folder },
    secrets: all.map(({ found: { name, from }, change, bytes }) => ({ name, ...from, bytes, change })),
    doubts: doubts.map(({ from, kind, text }) => ({ ...from, kind, text })),
    left: [...sources.left],
    switches: judged.map(plannedSwitch),
  }
  return { located, there, expansion, judged, doubts, all, result }
}

/** A plan in a few words. */
export function planSum({ result: { secrets } }: Plan): string {
  const of = (change: Migrated['secrets'][number]['change']) =>
    secrets.filter(secret => secret.change === change).length
  return `${of('create')} to make, ${of('change')} to change, ${of('equal')} there already`
}
