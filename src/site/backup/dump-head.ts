import { SealiftError } from '../../kernel/errors/index.ts'
import type { Bytes } from '../wire/index.ts'
import type { Tools } from './tools.ts'

/** What pg_dump's custom format begins with (PostgreSQL's source, src/bin/pg_dump/pg_backup_archiver.c). */
const magic = Buffer.from('PGDMP')

/**
 * The bytes of a dump, if they begin as one does: a tool that ends well may have written nothing, or words before it, and
 * older archives go for what nobody could read. @throws SealiftError BACKUP_FAILED
 */
export async function* dumpOnly(bytes: Bytes, { where, hints }: Pick<Tools, 'where' | 'hints'>): Bytes {
  const none = () =>
    new SealiftError('BACKUP_FAILED', `what pg_dump of ${where} writes is no dump`, {
      hints: ['the site runs as before, and no archive was written', ...hints],
    })
  let seen = 0
  for await (const some of bytes) {
    const begin = some.subarray(0, magic.length - seen)
    if (magic.compare(begin, 0, begin.length, seen, seen + begin.length) !== 0) throw none()
    seen += begin.length
    yield some
  }
  if (seen < magic.length) throw none()
}
