import type { ServerGrant, ServerImport } from '../../kernel/ports/index.ts'
import type { Unmet } from '../tenancy/index.ts'
import type { LookAction, LookRemoval } from './action.ts'
import type { ObservedLook, ObservedSource } from './observe.ts'
import { sharingVariable } from './told.ts'
import { isLookedInto, type Look, lookMark, named, placeIn, type Source, sourceAt } from './wanted.ts'

/** What lies between a look and what there is. */
export interface LookComparison {
  readonly actions: readonly LookAction[]
  readonly extras: readonly LookRemoval[]
  readonly unmet: readonly Unmet[]
  /** What is in the looking project and not Sealift's: it is left alone. */
  readonly foreign: readonly Unmet[]
  /** Paths of the folders that the looking project is to have. */
  readonly folders: readonly string[]
  /** Why there can be no such look at all. */
  readonly refused?: string
}

/**
 * Compares a look with what there is. Folders that teams have made are looked into as those of the file are.
 * @param wanted folders of the file, by their project
 */
export function compareLook(
  look: Look,
  wanted: ReadonlyMap<string, readonly string[]>,
  organization: string,
  observed: ObservedLook,
): LookComparison {
  const refused = refusal(look, observed)
  if (refused !== undefined) return { actions: [], extras: [], unmet: [], foreign: [], folders: [], refused }
  const { project } = look
  const all = [...observed.sources.values()].flatMap(source => foldersOf(source).map(at => ({ source, at })))
  const seen = all.filter(({ at }) => isLookedInto(look, at))
  const granted = ({ grants, folders }: ObservedSource, at: Source) =>
    grants.some(grant => isOf(grant, at, folders.get(at.environment) ?? []))
  return {
    actions: [
      ...(observed.isTold ? [] : [{ kind: 'variable', change: 'change', name: sharingVariable } as const]),
      ...(observed.isAllowed ? [] : [{ kind: 'sharing', change: 'change', name: organization } as const]),
      ...seen
        .filter(({ source, at }) => !granted(source, at))
        .map(({ at }) => ({ kind: 'grant', change: 'create', project, source: at }) as const),
      ...seen
        .filter(({ at }) => !importsAt(observed, placeIn(at)).some(found => isFrom(found, at, observed)))
        .map(({ at }) => ({ kind: 'import', change: 'create', project, source: at }) as const),
    ],
    extras: extrasOf(look, observed),
    unmet: [...missing(look, wanted, observed), ...shadows(look, observed)],
    foreign: foreignIn(look, observed),
    folders: seen.map(({ at }) => placeIn(at)).sort(),
  }
}

/** The folders of a project, the root of each environment first. */
function foldersOf({ project: { slug: project }, folders }: ObservedSource): Source[] {
  return [...folders].flatMap(([environment, some]) =>
    ['/', ...some.map(({ path }) => path)].map(path => ({ project, environment, path })),
  )
}

/** Whether a grant is for a folder: the root's id is in no list. */
function isOf(
  { folderId, folderName, environment }: ServerGrant,
  at: Source,
  folders: ObservedSource['folders'] extends ReadonlyMap<string, infer List> ? List : never,
): boolean {
  if (environment !== at.environment) return false
  const found = folders.find(({ id }) => id === folderId)
  return at.path === '/' ? found === undefined && folderName === 'root' : found?.path === at.path
}

const importsAt = ({ imports }: ObservedLook, place: string): readonly ServerImport[] =>
  imports.get(place) ?? []

/** Whether an import brings what lies in a folder. */
function isFrom({ environmentId, path }: ServerImport, at: Source, { sources }: ObservedLook): boolean {
  const { environments = [] } = sources.get(at.project)?.project ?? {}
  const environment = environments.find(({ slug }) => slug === at.environment)
  return environment?.id === environmentId && path === at.path
}

/** Whether its project has a folder. */
function isThere({ project, environment, path }: Source, { sources }: ObservedLook): boolean {
  const folders = sources.get(project)?.folders.get(environment)
  return folders !== undefined && (path === '/' || folders.some(folder => folder.path === path))
}

function refusal(look: Look, observed: ObservedLook): string | undefined {
  const { isKnown, isUnlicensed, view } = observed
  const other = 'take layout: store-per-environment'
  if (!isKnown)
    return `this Infisical knows no grants between projects, which came in the middle of 2026: ${other}, or a newer Infisical`
  if (isUnlicensed)
    return `this Infisical wants a licence for secrets that projects share, and has none: ${other}`
  if (view === undefined) return undefined
  if (view.description === lookMark) return planted(look, observed)
  return `nothing says that Sealift made project ${look.project}: name another one in stores.look.project, or give this one the description "${lookMark}" where it may be taken`
}

/** Whoever may make projects may give one this name and description, and would see there what all teams have. */
function planted({ project }: Look, { isServed, people, machines }: ObservedLook): string | undefined {
  const others = [...people, ...machines.map(name => `identity ${name}`)]
  if (isServed || others.length === 0) return undefined
  return `no store of Sealift's reads project ${project} yet, and ${others.join(', ')} would see in it what all teams have: take them out of it, or name another one in stores.look.project`
}

/** What is to be looked into and is not there. */
function missing(
  { into }: Look,
  wanted: ReadonlyMap<string, readonly string[]>,
  { sources }: ObservedLook,
): Unmet[] {
  const why = 'it is not on the server: sealift tenancy apply makes it'
  return into.flatMap(({ project, environments }) => {
    const found = sources.get(project)
    if (found === undefined) return [{ name: `project ${project}`, why }]
    return environments.flatMap(environment => {
      const folders = found.folders.get(environment)
      if (folders === undefined) return [{ name: `environment ${project}/${environment}`, why }]
      const there = new Set(folders.map(({ path }) => path))
      return (wanted.get(project) ?? [])
        .filter(path => !there.has(path))
        .map(path => ({ name: `folder ${project}/${environment}${path}`, why }))
    })
  })
}

function shadows({ project, environment }: Look, { shadowing }: ObservedLook): Unmet[] {
  return shadowing.map(({ source, name }) => ({
    name: `secret ${named(source)}/${name}`,
    why: `one of this name in ${project}/${environment}${placeIn(source)} is read in its place: delete that one; what pushes it there must go through a store of its own project`,
  }))
}

/** Grants and imports of environments that are not to be looked into, and imports of folders that are gone. */
function extrasOf(look: Look, observed: ObservedLook): LookRemoval[] {
  const { project } = look
  const of = (source: Source) => ({ change: 'remove', project, source }) as const
  const grants = [...observed.sources.values()].flatMap(({ project: { slug }, grants, folders }) =>
    grants
      .filter(({ environment }) => !isLookedInto(look, { project: slug, environment }))
      .map(({ id, folderId, environment }) => {
        const path = folders.get(environment)?.find(folder => folder.id === folderId)?.path ?? '/'
        return { kind: 'grant', ...of({ project: slug, environment, path }), id } as const
      }),
  )
  const imports = [...observed.imports].flatMap(([place, some]) => {
    const source = sourceAt(place)
    if (source === undefined || (isLookedInto(look, source) && isThere(source, observed))) return []
    return some
      .filter(found => isFrom(found, source, observed))
      .map(({ id }) => ({ kind: 'import', ...of(source), id }) as const)
  })
  return [...imports, ...grants]
}

/** What somebody else has put into the looking project. */
function foreignIn({ project, environment }: Look, observed: ObservedLook): Unmet[] {
  const { own, shadowing, imports, people } = observed
  const at = (place: string) => `${project}/${environment}${place === '/' ? '' : place}`
  const isShadow = (path: string, name: string) =>
    shadowing.some(one => one.name === name && placeIn(one.source) === path)
  return [
    ...own
      .filter(({ path, name }) => !isShadow(path, name))
      .map(({ path, name }) => ({
        name: `secret ${at(path)}/${name}`,
        why: 'it lies in the looking project, where no team sees it',
      })),
    ...[...imports].flatMap(([place, some]) => {
      const source = sourceAt(place)
      return some
        .filter(found => source === undefined || !isFrom(found, source, observed))
        .map(({ path }) => ({ name: `import ${at(place)}`, why: `of another folder, ${path}` }))
    }),
    ...people.map(email => ({
      name: `${email} in ${project}`,
      why: 'whoever is in the looking project may read what all teams have',
    })),
  ]
}
