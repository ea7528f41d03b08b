import { keyOf } from '../../migrate/index.ts'
import type { Migrated } from './result.ts'

/**
 * The report of a migration, as JSON: its result, and a digest of each value in its file and as it is read back. The
 * digests have a key that is kept nowhere: those of equal values are equal, and nothing else can be told of them.
 * @param source by place, as keyOf has it @param read by name
 */
export function reportOf(
  result: Migrated,
  source: ReadonlyMap<string, string>,
  read: ReadonlyMap<string, string>,
): string {
  const secrets = result.secrets.map(secret => ({
    ...secret,
    digests: { file: source.get(keyOf(secret)), read: read.get(secret.name) },
  }))
  return `${JSON.stringify({ ...result, secrets }, undefined, 2)}\n`
}
