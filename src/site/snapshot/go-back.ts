import { SealiftError } from '../../kernel/errors/index.ts'
import type { OwnDatabase, SiteServices } from '../wire/index.ts'
import { setAsideName, snapshotName } from './names.ts'
import { untilNobody } from './sessions.ts'
import { asMaker, commentOf, keptComment, type Watch } from './snapshot.ts'

/**
 * Serves the copy again: the database that is served now is set aside, and the copy gets its name. Both are renames, which
 * take no longer for a large one. Goes on wherever it was stopped; once done, it does nothing.
 * @throws SealiftError DATABASE_UNFIT when there is no copy or others are connected, DATABASE_*, CLUSTER_*
 */
export async function goBack(
  services: SiteServices,
  own: OwnDatabase,
  { id, at }: { readonly id: string; readonly at: string },
  { signal, say }: Watch,
): Promise<{ changed: boolean; detail: string; setAside: string }> {
  const { database, user } = own.parts
  const [copy, aside] = [snapshotName(database, id), setAsideName(database, id)]
  return await asMaker(services, own, async ({ session }) => {
    const comments = async () => ({
      served: await commentOf(session, database),
      copied: await commentOf(session, copy),
      kept: await commentOf(session, aside),
    })
    const comment = async (name: string, text: string) =>
      await session.query(`COMMENT ON DATABASE ${session.identifier(name)} IS ${session.literal(text)}`)
    const rename = async (from: string, to: string) =>
      await session.query(`ALTER DATABASE ${session.identifier(from)} RENAME TO ${session.identifier(to)}`)
    const { served, copied, kept } = await comments()
    const changed = copied !== undefined
    if (copied === undefined && kept === undefined)
      throw new SealiftError('DATABASE_UNFIT', `the copy ${copy} is not in PostgreSQL any more`, {
        hints: ['sealift restore brings back what an archive has'],
      })
    if (copied !== undefined) {
      say('waiting until nobody is connected')
      await untilNobody(session, [database, copy], user, { clock: services.clock, signal })
      // At once: there is no moment in which no database has the name.
      await session.query('BEGIN')
      try {
        // The comment names the keys: the one of what was served holds for the copy as well.
        if (served !== undefined) {
          await comment(copy, served)
          await rename(database, aside)
        }
        await rename(copy, database)
        await session.query('COMMIT')
      } catch (error) {
        await session.query('ROLLBACK')
        throw error
      }
    }
    if (!(await commentOf(session, aside))?.startsWith(keptComment))
      await comment(aside, `${keptComment}set aside at ${at}`)
    return { changed, detail: `${database} is the copy of before; ${aside} is set aside`, setAside: aside }
  })
}
