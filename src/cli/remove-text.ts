import { SealiftError } from '../kernel/errors/index.ts'
import type { Site } from '../kernel/inputs/index.ts'

/** What was removed and what was kept, a line each; a list that is empty has no title either. */
export function removedText({ removed, kept }: Record<'removed' | 'kept', readonly string[]>): string {
  const list = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [`${title}:`, ...lines.map(line => `  ${line}`)]
  return [...list('removed', removed), ...list('kept', kept)].join('\n')
}

/** A removal that nobody has said yes to: the words of the command line, and the site that the file describes. */
export interface UnsaidRemoval {
  readonly bundle: string
  /** Path of the site file. */
  readonly siteFile: string
  readonly site: Pick<Site, 'metadata' | 'database' | 'dragonfly'>
  readonly purge: boolean
}

/** The end of a removal without `--yes`, USAGE: what would go and what would stay, and how to say yes. */
export function unsaidRemoval({ bundle, siteFile, site, purge }: UnsaidRemoval): SealiftError {
  const { metadata, database, dragonfly } = site
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
  const fate = purge
    ? [
        `would go for ever, as far as it is this site's own: ${data.join(', ')}`,
        ...(others.length === 0 ? [] : [`would stay: ${others.join(', ')}`]),
      ]
    : [`would stay, for an install to find again: ${[...others, ...data].join(', ')}`]
  return new SealiftError('USAGE', `nothing was removed from ${metadata.name}: --yes was not given`, {
    faults: ['would go: the releases, the ClusterSecretStore, the credentials of ESO', ...fate],
    hints: [
      `If you mean it: sealift remove ${bundle} -c ${siteFile}${purge ? ' --purge' : ''} --yes`,
      ...(purge ? ['Without --purge the data stays.'] : []),
    ],
  })
}
