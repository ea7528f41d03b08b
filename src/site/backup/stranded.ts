import { printable, SealiftError } from '../../kernel/errors/index.ts'
import type { SiteHost } from '../../kernel/ports/index.ts'
import { noteUpgrade, readUpgrade, type UpgradeNote } from '../install/index.ts'
import { leadsBack } from '../snapshot/index.ts'
import { inspectDatabase, type OwnDatabase, type SiteServices } from '../wire/index.ts'
import { bundleWords } from './fit.ts'
import type { Opened } from './open.ts'

/**
 * The upgrade of a site that is not at its end and has nothing in PostgreSQL any more to go back to: the copy is gone that it
 * has made, or both that and Infisical's database are, or a restore has begun for it. Nothing where none is under way.
 * @throws SealiftError UPGRADE_UNFIT where it ends without an archive, or the archive is of what it was to bring, LOCK_INVALID, DATABASE_*, CLUSTER_*
 */
export async function strandedUpgrade(
  { about, path }: Pick<Opened, 'about' | 'path'>,
  cluster: SiteHost['cluster'],
  database: () => Promise<{ readonly services: SiteServices; readonly own: OwnDatabase }>,
): Promise<UpgradeNote | undefined> {
  const note = await readUpgrade(cluster)
  if (note === undefined || note.state === 'proven' || note.state === 'returned') return undefined
  const { from, to } = note
  if (note.restored === undefined && !(await isGone(note, await database())))
    throw new SealiftError(
      'UPGRADE_UNFIT',
      `an upgrade to ${to.name} ${to.version} ${note.state === 'begun' ? 'has begun' : 'is on its way back'} here and is not at its end`,
      {
        hints: [
          ...(note.state === 'begun'
            ? ['run sealift upgrade with its bundle again: it goes on from there']
            : []),
          'take the site back: sealift rollback BUNDLE -c site.yaml; a restore comes after that',
        ],
      },
    )
  if (about.bundle.digest === to.bundle)
    throw new SealiftError(
      'UPGRADE_UNFIT',
      printable(
        `the site goes back to ${from.name} ${from.version}, and ${path} is of ${bundleWords(about)}`,
        600,
      ),
      {
        hints: [
          note.archive === undefined
            ? 'take a backup of before the upgrade'
            : `take the one of before the upgrade: ${note.archive.path}`,
        ],
      },
    )
  return note
}

async function isGone(
  note: UpgradeNote,
  { services, own }: { readonly services: SiteServices; readonly own: OwnDatabase },
): Promise<boolean> {
  const { state } = await inspectDatabase(services, own, 0)
  return ((state?.tables ?? 0) === 0 || needsCopy(note)) && !(await leadsBack(services, own, note))
}

/** Whether a way back serves its copy: what has the name now, may be what a newer server has made. */
function needsCopy({ state, snapshot, touched }: UpgradeNote): boolean {
  return state === 'returning' ? (touched ?? true) : snapshot !== undefined
}

/**
 * Notes that an archive is put back for an upgrade that has nothing else to go back to, or, `whole`, that all of it is there
 * and the way back goes on behind it: until then only a restore does. @throws SealiftError CLUSTER_*
 */
export async function noteStandIn(
  { snapshot: _, ...note }: UpgradeNote,
  restored: NonNullable<UpgradeNote['restored']>,
  { cluster, clock }: Pick<SiteHost, 'cluster' | 'clock'>,
): Promise<UpgradeNote> {
  const at = new Date(clock.now()).toISOString()
  const why = note.why ?? 'its database and the copy of it were gone'
  const touched = !restored.whole
  return await noteUpgrade(cluster, note, { state: 'returning', at, why, touched, restored })
}
