import type { Site } from '../kernel/inputs/index.ts'
import type { Loss } from './confirm.ts'

/** What was removed and what was kept, a line each; a list that is empty has no title either. That nothing was there is said. */
export function removedText({ removed, kept }: Record<'removed' | 'kept', readonly string[]>): string {
  const list = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [`${title}:`, ...lines.map(line => `  ${line}`)]
  const nothing = removed.length === 0 ? ['nothing was there to remove'] : []
  return [...nothing, ...list('removed', removed), ...list('kept', kept)].join('\n')
}

/** What a removal takes from the site that the file describes, with its data (`purge`) or without. */
export function removalLoss(
  { metadata, database, dragonfly }: Pick<Site, 'metadata' | 'database' | 'dragonfly'>,
  purge: boolean,
): Loss {
  const data = [
    database.uri ? undefined : `database ${database.name} and role ${database.user}`,
    dragonfly.database === 0 ? undefined : `Dragonfly's database ${dragonfly.database}`,
    'the keys',
    "the admin's login",
    'CRDs and images',
  ].filter(part => part !== undefined)
  const others = [
    database.uri ? 'the database (database.uri)' : undefined,
    dragonfly.database === 0 ? "Dragonfly's database 0" : undefined,
  ].filter(part => part !== undefined)
  return {
    name: metadata.name,
    goes: ['the releases, the ClusterSecretStore, the credentials of ESO'],
    lines: purge ? [`${data.join(', ')}, as far as they are this site's own`] : [],
    stays: purge
      ? others.length === 0
        ? []
        : [others.join(', ')]
      : [`${[...others, ...data].join(', ')}, for an install to find again`],
    hints: purge ? ['Without --purge the data stays.'] : [],
  }
}
