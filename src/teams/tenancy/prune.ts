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
  const of = await confirmEach(slugs, extras, described, async (slug, removals) => {
    const withSecrets = await Promise.all(removals.map(removal => counted(removal, world)))
    await confirm(slug, withSecrets.map(described))
  })
  return { of }
}

/**
 * Lets the removals of each project be confirmed. Gives what picks those that were, by kind and name, out of what is
 * found later on: more that comes up on the way was not confirmed. @throws what `confirm` throws
 */
export async function confirmEach<Item extends { readonly project?: string }>(
  slugs: readonly string[],
  extras: readonly Item[],
  describe: (removal: Item) => { readonly kind: string; readonly name: string },
  confirm: (slug: string, removals: readonly Item[]) => Promise<void>,
): Promise<(all: readonly Item[]) => Item[]> {
  const nameOf = (removal: Item) => {
    const { kind, name } = describe(removal)
    return `${kind} ${name}`
  }
  const confirmed = new Set<string>()
  for (const slug of new Set(slugs)) {
    const removals = extras.filter(({ project }) => project === slug)
    if (removals.length === 0) continue
    await confirm(slug, removals)
    for (const removal of removals) confirmed.add(nameOf(removal))
  }
  return all => all.filter(removal => confirmed.has(nameOf(removal)))
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
