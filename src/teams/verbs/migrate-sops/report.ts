import { keyOf } from '../../migrate/index.ts'
import type { Migrated } from './result.ts'

/** Who has values, and their digests by name. */
export interface Side {
  readonly name: 'server'
  readonly digests: ReadonlyMap<string, string>
}

/**
 * The report of a migration, as JSON: its result, and a digest of each value in the file and where it went. The digests
 * have a key that is nowhere kept: within a report those of equal values are equal, and nothing else can be told of them.
 */
export function reportOf(
  result: Migrated,
  source: ReadonlyMap<string, string>,
  sides: readonly Side[],
): string {
  const secrets = result.secrets.map(secret => {
    const digests = sides.flatMap(({ name, digests }) => {
      const found = digests.get(secret.name)
      return found === undefined ? [] : [[name, found] as const]
    })
    return { ...secret, digests: { file: source.get(keyOf(secret)), ...Object.fromEntries(digests) } }
  })
  return `${JSON.stringify({ ...result, secrets }, undefined, 2)}\n`
}
