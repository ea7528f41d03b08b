import type { Tenancy } from '../../kernel/tenancy-file/index.ts'
import { compareLook, type LookComparison, type ObservedLook } from '../looking/index.ts'
import type { Removal, Unmet } from '../tenancy/index.ts'
import type { ObservedStores } from './observe.ts'
import type { FolderToMake } from './push-secrets.ts'
import type { Served } from './wanted.ts'

/** What lies between the look of a file and what there is. @param made folders that will be there before it is done */
export function lookBetween(
  tenancy: Tenancy,
  { look }: ObservedStores,
  made: readonly FolderToMake[],
): LookComparison | undefined {
  if (look === undefined) return undefined
  const folders = new Map(tenancy.projects.map(({ slug, folders }) => [slug, folders]))
  return compareLook(look.wanted, folders, tenancy.organization, withFolders(look.observed, made))
}

/** What is left of looks that the file does not have, and what others have put there. */
export function lookLeft(
  { organization }: Tenancy,
  { look, looksLeft }: ObservedStores,
): Pick<LookComparison, 'extras' | 'foreign'> {
  const all = looksLeft.map(({ wanted, observed }) => {
    const { extras, foreign } = compareLook(wanted, new Map(), organization, observed)
    // Grants are a project's: those of one that looks still are told by themselves.
    const isOwn = wanted.project !== look?.wanted.project
    return { extras: extras.filter(({ kind }) => isOwn || kind === 'import'), foreign: isOwn ? foreign : [] }
  })
  return {
    extras: all.flatMap(({ extras }) => extras),
    foreign: all.flatMap(({ foreign }) => foreign),
  }
}

function withFolders(observed: ObservedLook, made: readonly FolderToMake[]): ObservedLook {
  const sources = [...observed.sources].map(([slug, source]) => {
    const folders = [...source.folders].map(([environment, some]) => {
      const own = made.filter(folder => folder.project === slug && folder.environment === environment)
      // No grant has an id that is not given yet.
      const paths = own.flatMap(({ path, brings }) => [...brings, path])
      return [environment, [...some, ...paths.map(path => ({ id: '', path }))]] as const
    })
    return [slug, { ...source, folders: new Map(folders) }] as const
  })
  return { ...observed, sources: new Map(sources) }
}

/** Identities in the looking project that are not the one store's. */
export function othersIn(one: Served | undefined, extras: readonly Removal[]): Unmet[] {
  return extras.flatMap(extra =>
    extra.kind === 'machine' && extra.project === one?.project
      ? [{ name: `identity ${extra.identity} in ${extra.project}`, why: `it is there as ${extra.from}` }]
      : [],
  )
}
