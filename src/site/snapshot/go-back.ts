import { SealiftError } from '../../kernel/errors/index.ts'
import type { DatabaseSession, Watch } from '../../kernel/ports/index.ts'
import { databaseState, type OwnDatabase, type SiteServices, withOwnSession } from '../wire/index.ts'
import { commentOf, keptComment } from './kept.ts'
import { asMaker, type Maker } from './maker.ts'
import { setAsideName, snapshotName } from './names.ts'
import { commentOn, swapNames } from './swap.ts'

/**
 * Whether there is anything that `goBack` could serve: the copy, or itself what it has served before. One without a table is
 * none: somebody has made it anew. @throws SealiftError DATABASE_*, CLUSTER_*
 */
export async function leadsBack(
  services: SiteServices,
  own: OwnDatabase,
  { id }: { readonly id: string },
): Promise<boolean> {
  const { database } = own.parts
  const found = await asMaker(services, own, async maker => {
    const names = [snapshotName(database, id), setAsideName(database, id)] as const
    const { copied, kept } = await commentsOf(maker.session, ...names)
    return { copied: copied !== undefined, served: kept !== undefined && (await isServed(maker)) }
  })
  if (found.copied || !found.served) return found.copied
  return (await withOwnSession(services, own, databaseState)).tables > 0
}

/**
 * Serves the copy again: the database that is served now is set aside, and the copy gets its name. Goes on wherever it was
 * stopped; once done, it does nothing.
 * @throws SealiftError DATABASE_UNFIT when there is no copy or others are connected, DATABASE_*, CLUSTER_*
 */
export async function goBack(
  services: SiteServices,
  own: OwnDatabase,
  { id, at }: { readonly id: string; readonly at: string },
  watch: Watch,
): Promise<{ changed: boolean; detail: string; setAside: string }> {
  const { database } = own.parts
  const [copy, aside] = [snapshotName(database, id), setAsideName(database, id)]
  const comment = `${keptComment}set aside at ${at}`
  return await asMaker(services, own, async maker => {
    const { session } = maker
    const { copied, kept } = await commentsOf(session, copy, aside)
    if (copied === undefined && !(kept !== undefined && (await isServed(maker)))) throw copyGone(copy)
    if (copied !== undefined) await swapNames(maker, { next: copy, aside, comment }, watch)
    else if (!kept?.startsWith(keptComment)) {
      // Both were renamed by hand: each has the other's comment.
      await commentOn(session, database, kept ?? '')
      await commentOn(session, aside, comment)
    }
    return {
      changed: copied !== undefined,
      detail: `${database} is the copy of before; ${aside} is set aside`,
      setAside: aside,
    }
  })
}

/** Whether Infisical's database is there: what was set aside says nothing of one that was dropped since. */
const isServed = async ({ session, own }: Maker) => (await commentOf(session, own.database)) !== undefined

async function commentsOf(session: DatabaseSession, copy: string, aside: string) {
  return { copied: await commentOf(session, copy), kept: await commentOf(session, aside) }
}

/** That the copy is not there any more which a way back would serve. */
export const copyGone = (copy: string): SealiftError =>
  new SealiftError('DATABASE_UNFIT', `the copy ${copy} is not in PostgreSQL any more`, {
    hints: ['sealift restore brings back what an archive has'],
  })
