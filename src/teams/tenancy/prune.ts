import { SealiftError } from '../../kernel/errors/index.ts'
import type { TenancyServer } from '../../kernel/ports/index.ts'
import type { Pace } from '../pace/index.ts'
import type { Removal } from './action.ts'
import { type Difference, described } from './described.ts'
import type { Observed } from './observe.ts'

/** Asks whether somebody means what goes for ever. @throws when nobody does */
export type Confirm = (project: string, removals: readonly Difference[]) => Promise<void>

/** Removals that were confirmed, by name; more that come up on the way were not. */
export interface Pruning {
  of(extras: readonly Removal[]): Removal[]
}

/**
 * Lets the removals of the named projects be confirmed, project by project, with the number of secrets that go with them.
 * @throws SealiftError USAGE for a project that the file or the server has not, SERVER_FAILED, and what `confirm` throws
 */
export async function confirmPruning(
  slugs: readonly string[],
  extras: readonly Removal[],
  world: { readonly observed: Observed; readonly server: TenancyServer; readonly pace: Pace },
  confirm: Confirm,
): Promise<Pruning> {
  const { projects } = world.observed
  const unknown = slugs.filter(slug => !projects.has(slug))
  if (unknown.length > 0)
    throw new SealiftError('USAGE', `nothing was changed: ${unknown.join(', ')} cannot be pruned`, {
      hints: ['--prune takes the slug of a project that is both in the file and on the server'],
    })
  const confirmed = new Set<string>()
  for (const slug of new Set(slugs)) {
    const removals = extras.filter(({ project }) => project === slug)
    if (removals.length === 0) continue
    const withSecrets = await Promise.all(removals.map(removal => counted(removal, world)))
    await confirm(slug, withSecrets.map(described))
    for (const removal of removals) confirmed.add(nameOf(removal))
  }
  return { of: all => all.filter(removal => confirmed.has(nameOf(removal))) }
}

const nameOf = (removal: Removal) => {
  const { kind, name } = described(removal)
  return `${kind} ${name}`
}

async function counted(
  removal: Removal,
  { observed, server, pace }: { observed: Observed; server: TenancyServer; pace: Pace },
): Promise<Removal> {
  if (removal.kind !== 'environment' && removal.kind !== 'folder') return removal
  const projectId = observed.projects.get(removal.project)?.id ?? ''
  const path = removal.kind === 'folder' ? removal.folder.path : '/'
  const secrets = await pace.read(() =>
    server.secretsBelow({ projectId, environment: removal.environment, path }),
  )
  return { ...removal, secrets }
}
