import { bytes as inBytes } from '../../kernel/errors/index.ts'
import type { Watch } from '../../kernel/ports/index.ts'
import type { OwnDatabase, SiteServices } from '../wire/index.ts'
import { carryAttributes } from './attributes.ts'
import { copyDatabase } from './copy.ts'
import { kept, keptComment, type Snapshot, sizeIfSeen } from './kept.ts'
import { asMaker } from './maker.ts'
import { copyingName, snapshotName } from './names.ts'
import { alone, drop, untilNoCopy } from './sessions.ts'
import { commentOn, rename } from './swap.ts'

/** A copy that is there. */
export interface Taken {
  readonly changed: boolean
  readonly detail: string
  readonly snapshot: Snapshot
  /** What a person has to know of it, one sentence each: attributes that only an administrator can carry over, doubts. */
  readonly warnings: readonly string[]
}

/**
 * Copies Infisical's database inside the server, while nobody is connected to it; one that is complete under that name is
 * left as it is. What PostgreSQL copies with none is carried over. The name comes last: a copy that has it is whole.
 * @throws SealiftError DATABASE_UNFIT when others are connected or the server cannot copy it, DATABASE_*, CLUSTER_*; the
 * signal's reason, when the copy is ended
 */
export async function takeSnapshot(
  services: SiteServices,
  own: OwnDatabase,
  { id, about }: { readonly id: string; readonly about: string },
  watch: Watch,
): Promise<Taken> {
  const { database } = own.parts
  const [name, copying] = [snapshotName(database, id), copyingName(database, id)]
  return await asMaker(services, own, async maker => {
    const { session, owner, by } = maker
    const before = await kept(session, name)
    if (before !== undefined)
      return {
        ...{ changed: false, detail: `${name} was made before`, warnings: [] },
        snapshot: { database: name, ...before },
      }
    await untilNoCopy(maker, copying, watch)
    await drop(maker, copying)
    const size = await sizeIfSeen(session, database)
    const sized = size === undefined ? '' : `, ${inBytes(size)}`
    const doubts = await copyDatabase(maker, { name: copying, size: sized }, watch)
    const lost = await carryAttributes(session, { from: database, to: copying, owner })
    await commentOn(session, copying, keptComment + about)
    // What watches a server finds a new database at once, and looks into it.
    await alone(maker, [copying], watch, () => rename(session, copying, name))
    return {
      changed: true,
      detail: `${name}${sized}, ${by === 'role' ? 'as the role itself' : 'as the administrator'}`,
      snapshot: { database: name, ...(size === undefined ? {} : { bytes: size }), about },
      warnings: [
        ...doubts,
        ...lost.map(
          one =>
            `the copy ${name} lacks what only an administrator may give it, should the site go back to it: ${one}`,
        ),
      ],
    }
  })
}

/**
 * Ends what is left of a server that was stopped: PostgreSQL goes on with a statement whose client is gone, and a later
 * server would wait for it. @throws SealiftError DATABASE_UNFIT when others are connected, DATABASE_*, CLUSTER_*
 */
export async function endSessions(services: SiteServices, own: OwnDatabase, watch: Watch): Promise<void> {
  await asMaker(services, own, maker => alone(maker, [own.parts.database], watch, async () => {}))
}
