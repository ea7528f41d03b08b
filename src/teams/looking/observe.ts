import type {
  Cluster,
  InfisicalSession,
  Licence,
  PlacedName,
  ServerFolder,
  ServerGrant,
  ServerImport,
  ServerProject,
} from '../../kernel/ports/index.ts'
import type { Pace } from '../pace/index.ts'
import { isTold as isServerTold } from './told.ts'
import { type Look, type Source, sourceAt } from './wanted.ts'

/** A project that is looked into, or was. */
export interface ObservedSource {
  readonly project: ServerProject
  /** By the slug of their environment. */
  readonly folders: ReadonlyMap<string, readonly ServerFolder[]>
  /** Those for the looking project. */
  readonly grants: readonly ServerGrant[]
}

/** What there is of a look. */
export interface ObservedLook {
  /** Whether the server knows that projects can share. */
  readonly isKnown: boolean
  /** Whether that wants a licence which the server has not. */
  readonly isUnlicensed: boolean
  /** Whether its environment names the organisation. */
  readonly isTold: boolean
  /** Whether the organisation lets its projects share. */
  readonly isAllowed: boolean
  /** The looking project, where it is there. */
  readonly view: ServerProject | undefined
  /** Those that are there, by slug. */
  readonly sources: ReadonlyMap<string, ObservedSource>
  /** Imports of the looking project's folders by their path, the root's too; not known before projects may share. */
  readonly imports: ReadonlyMap<string, readonly ServerImport[]>
  /** Secrets that lie in the looking project itself. */
  readonly own: readonly PlacedName[]
  /** Those of them that stand before one which is looked at, by that one's folder. */
  readonly shadowing: readonly { readonly source: Source; readonly name: string }[]
  /** People in the looking project, beside the admin. */
  readonly people: readonly string[]
  /** Identities in the looking project, beside the one store's. */
  readonly machines: readonly string[]
  /** Whether a store of Sealift's reads there already. */
  readonly isServed: boolean
}

/** What looking at it needs. */
export interface Observing {
  readonly cluster: Cluster
  readonly session: InfisicalSession
  readonly pace: Pace
  /** Infisical's namespace. */
  readonly namespace: string
  /** Every project of secrets, as the server has listed them. */
  readonly projects: readonly ServerProject[]
  readonly licence: Licence
  /** Projects whose folders were listed already, by slug. */
  readonly listed: ReadonlyMap<string, Pick<ObservedSource, 'folders'>>
  readonly machines: ObservedLook['machines']
  readonly isServed: boolean
}

/**
 * Looks at all that a look is made of: two lists a project, one for each folder of the looking project, and the names
 * of what lies in that itself. @throws SealiftError SERVER_FAILED, CLUSTER_*
 */
export async function observeLook(look: Look, observing: Observing): Promise<ObservedLook> {
  const { cluster, session, pace, namespace, projects, licence, listed, machines, isServed } = observing
  const { sharing, tenancy } = session
  const view = projects.find(({ slug }) => slug === look.project)
  const foldersIn = async (project: ServerProject) =>
    listed.get(project.slug)?.folders ?? (await pace.read(() => tenancy.folders(project)))
  const [isTold, isAllowed, seen, people] = await Promise.all([
    isServerTold(cluster, namespace, session.organizationId),
    pace.read(() => sharing.isAllowed()),
    view && foldersIn(view),
    view ? pace.read(() => tenancy.members(view.id)) : [],
  ])
  const shares = isTold && isAllowed
  const places = (seen?.get(look.environment) ?? []).map(({ path }) => path)
  // What was looked into before has a folder there still.
  const slugs = new Set([
    ...look.into.map(({ project }) => project),
    ...places.flatMap(place => sourceAt(place)?.project ?? []),
  ])
  const named = projects.filter(({ slug }) => slugs.has(slug) && slug !== look.project)
  let isKnown = true
  const grantsOf = async ({ id }: ServerProject) => {
    const all = await pace.read(() => sharing.grants(id))
    isKnown &&= all !== undefined
    return (all ?? []).filter(({ targetProjectId }) => targetProjectId === view?.id)
  }
  // Before projects may share there are no grants: one question says whether the server knows them at all.
  const [first = projects[0]] = named
  if (!shares && first !== undefined) await grantsOf(first)
  const sources = await Promise.all(
    named.map(async (project): Promise<readonly [string, ObservedSource]> => {
      const [folders, grants] = await Promise.all([foldersIn(project), shares ? grantsOf(project) : []])
      return [project.slug, { project, folders, grants }]
    }),
  )
  const inView = (path: string) => ({ projectId: view?.id ?? '', environment: look.environment, path })
  const isThere = view?.environments.some(({ slug }) => slug === look.environment) ?? false
  const imports = await Promise.all(
    (isThere && shares ? ['/', ...places] : []).map(
      async place => [place, await pace.read(() => sharing.imports(inView(place)))] as const,
    ),
  )
  const own = isThere ? await pace.read(() => sharing.namesBelow(inView('/'))) : []
  return {
    ...{ isKnown, isUnlicensed: licence.sharing === false, isTold, isAllowed, view, own, machines, isServed },
    sources: new Map(sources),
    imports: new Map(imports),
    shadowing: await shadowingOf(own, new Map(sources), observing),
    people: people.map(({ email }) => email).filter(email => email !== tenancy.admin),
  }
}

/** Asks for the names that lie where something in the looking project would stand before them. */
async function shadowingOf(
  own: readonly PlacedName[],
  sources: ReadonlyMap<string, ObservedSource>,
  { session, pace }: Observing,
): Promise<ObservedLook['shadowing']> {
  const found = [...Map.groupBy(own, ({ path }) => path)].map(async ([place, names]) => {
    const source = sourceAt(place)
    const at = source && sources.get(source.project)
    const folders = source && at?.folders.get(source.environment)
    const isThere = source?.path === '/' || folders?.some(({ path }) => path === source?.path)
    if (source === undefined || at === undefined || folders === undefined || !isThere) return []
    const { environment, path } = source
    const there = new Set(
      await pace.read(() => session.secretNames({ projectId: at.project.id, environment, path })),
    )
    return names.filter(({ name }) => there.has(name)).map(({ name }) => ({ source, name }))
  })
  return (await Promise.all(found)).flat()
}
