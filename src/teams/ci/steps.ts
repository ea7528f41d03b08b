import type { Tenancy, TenancyIdentity } from '../../kernel/tenancy-file/index.ts'

/** A folder whose secrets a job fetches. */
export interface Fetched {
  readonly project: string
  readonly environment: string
  readonly path: string
  /** Whether those of the folders below come, too. */
  readonly recursive: boolean
}

/** What an identity may read, by environment, in the order of the file: a job each, for names are alike in all of them. */
export function fetchedBy(identity: TenancyIdentity, { projects }: Tenancy): Map<string, Fetched[]> {
  const all = projects.flatMap(({ slug, environments }) =>
    identity.access
      .filter(({ project }) => project === slug)
      .flatMap(({ environments: some = environments, read, write }) =>
        some.flatMap(environment => [...read, ...write].map(path => fetched(slug, environment, path))),
      ),
  )
  return Map.groupBy(withoutCovered(all), ({ environment }) => environment)
}

function fetched(project: string, environment: string, path: string): Fetched {
  const below = /^(.*)\/\*\*$/.exec(path)?.[1]
  return { project, environment, path: (below ?? path) || '/', recursive: below !== undefined }
}

/** Without folders that come with another one. */
function withoutCovered(all: readonly Fetched[]): Fetched[] {
  const covers = (one: Fetched, other: Fetched) =>
    one.project === other.project &&
    one.environment === other.environment &&
    (one.path === other.path
      ? one.recursive || !other.recursive
      : one.recursive && `${other.path}/`.startsWith(one.path === '/' ? '/' : `${one.path}/`))
  return all.filter(
    (one, at) => !all.some((other, i) => i !== at && covers(other, one) && (!covers(one, other) || i < at)),
  )
}
