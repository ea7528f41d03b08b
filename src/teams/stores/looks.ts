import { storeIdentity } from '../../kernel/access/index.ts'
import type { Cluster, InfisicalSession, ServerProject } from '../../kernel/ports/index.ts'
import type { Tenancy } from '../../kernel/tenancy-file/index.ts'
import { type Look, lookMark, lookOf, type ObservedLook, observeLook } from '../looking/index.ts'
import type { Pace } from '../pace/index.ts'
import type { Observed } from '../tenancy/index.ts'
import type { Site } from './site.ts'
import { type Place, storeNameOf } from './wanted.ts'

/** A look, and what there is of it. */
export interface SeenLook {
  readonly wanted: Look
  readonly observed: ObservedLook
}

/** What looking at them needs. */
interface Asking {
  readonly cluster: Cluster
  readonly session: InfisicalSession
  readonly pace: Pace
  readonly site: Site
  /** Where Sealift's store for all teams reads, where there is one. */
  readonly read: Place | undefined
}

/** What there is of looks. */
export interface ObservedLooks {
  /** What the one for all teams looks into, and what there is of that. */
  readonly look: SeenLook | undefined
  /** What is left of looks that the file does not have: of another layout, or another looking project. */
  readonly looksLeft: readonly SeenLook[]
}

/**
 * Looks at the look of a file, and at those of before of which there is a store, credentials or an identity still.
 * @param places those of everything that stores are made of @throws SealiftError SERVER_FAILED, CLUSTER_*
 */
export async function observeLooks(
  tenancy: Tenancy,
  places: readonly (Place | undefined)[],
  server: Observed,
  { cluster, session, pace, site, read }: Asking,
): Promise<ObservedLooks> {
  const observing = {
    ...{ cluster, session, pace, namespace: site.infisical },
    ...{ projects: server.all, licence: server.licence, listed: server.projects },
  }
  const seen = async (wanted: Look) => {
    const { project, environment } = wanted
    const machines = (server.projects.get(project)?.machines ?? [])
      .map(({ name }) => name)
      .filter(name => name !== storeIdentity(project, environment))
    const isServed = read?.project === project
    return { wanted, observed: await observeLook(wanted, { ...observing, machines, isServed }) }
  }
  const wanted = lookOf(tenancy)
  const look = wanted && (await seen(wanted))
  const looksLeft: SeenLook[] = []
  for (const left of lookPlaces(places, server.all))
    if (left.project !== wanted?.project || left.environment !== wanted.environment)
      looksLeft.push(await seen({ ...left, into: [] }))
  return { look, looksLeft }
}

/** Of places that stores are for, those that are in a looking project of Sealift's; each once. */
function lookPlaces(
  places: readonly (Place | undefined)[],
  projects: readonly ServerProject[],
): readonly Place[] {
  const views = new Set(
    projects.filter(({ description }) => description === lookMark).map(({ slug }) => slug),
  )
  const found = places.filter(place => place !== undefined).filter(({ project }) => views.has(project))
  return [...new Map(found.map(place => [storeNameOf(place), place])).values()]
}
