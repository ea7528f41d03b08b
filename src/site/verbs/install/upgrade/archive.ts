import { SealiftError } from '../../../../kernel/errors/index.ts'
import { carriedName } from '../../../../kernel/oci/index.ts'
import {
  type ArchiveWanted,
  type BackupResult,
  removeArchive,
  requireArchivable,
  takeArchive,
} from '../../../backup/index.ts'
import { noteUpgrade, type Step } from '../../../install/index.ts'
import { installationGroups } from '../image-groups.ts'
import { type Installation, stoppedBy } from '../installation.ts'
import type { UpgradeRequest } from '../request.ts'
import type { Noted } from './noted.ts'
import { isUntouched } from './untouched.ts'

/** What is given up without an archive, or without a try of it. */
const given = {
  archive:
    'no archive was taken (--no-backup): the copy of the database is in the same PostgreSQL, so where its volume or the cluster is lost, nothing brings the data back',
  rehearsal:
    'the archive’s restore was not tried (--no-rehearsal): whether it comes back shows when it has to',
}

/** What the user gives up, a sentence each. */
export function gaveUp({ archive }: Pick<UpgradeRequest, 'archive'>): string[] {
  if (archive === undefined) return [given.archive]
  return archive.rehearse ? [] : [given.rehearsal]
}

/** Makes sure that the archive can be taken, before anything is changed. @throws SealiftError as `requireArchivable` */
export async function requireArchive(
  { archive }: Pick<UpgradeRequest, 'archive'>,
  { site, host, talk, bundle }: Pick<Installation, 'site' | 'host' | 'talk' | 'bundle'>,
): Promise<void> {
  if (archive === undefined) return
  const hint = 'or go without it, and say so: --no-backup'
  await requireArchivable(archive, site, host, talk, bundle).catch(error => {
    throw error instanceof SealiftError ? error.with({ hints: [hint] }) : error
  })
}

/** Takes the archive for the safe while the site runs, and tries its restore: nothing is moved before that is through. */
export function archiveStep(
  wanted: ArchiveWanted,
  version: string,
  installation: Installation,
  noted: Noted,
): Step {
  const { site, host } = installation
  return {
    id: 'backup',
    title: wanted.rehearse ? 'Back up, and rehearse the restore' : 'Back up',
    needs: toolsGroups(installation),
    async run(_say, signal) {
      const { archive } = noted.note
      const untouched = await isUntouched(noted.note, installation)
      if (archive !== undefined && (archive.rehearsed || !wanted.rehearse || !untouched))
        return { changed: false, detail: `${archive.path} was written before` }
      if (!untouched)
        return { changed: false, detail: 'none was written, and what is here now is not of before' }
      const { talk } = stoppedBy(signal, installation)
      const note = async ({ path, digest, bytes }: BackupResult, rehearsed: boolean) => {
        const archive = { path, digest, bytes, rehearsed }
        noted.note = await noteUpgrade(host.cluster, noted.note, { archive })
      }
      const taken = await takeArchive(wanted, { site, version }, host, talk, async made => {
        await note(made, false)
        // What opened it for its try is gone with the run that was killed. Until there is another one it is all there is.
        if (archive !== undefined) await removeArchive(host.files, wanted.folder, site.metadata.name, archive)
      })
      const { path, bytes, rehearsed, removed } = taken
      if (rehearsed) await note(taken, rehearsed)
      const tried = rehearsed ? ', every table came back from it with its rows' : ''
      const gone = removed.length === 0 ? '' : `; ${removed.length} older removed`
      return { changed: true, detail: `${path}, ${(bytes / 1e6).toFixed(1)} MB${tried}${gone}` }
    },
  }
}

/** Ids of the steps that bring the image of PostgreSQL's tools, where the bundle carries the one that the site file names. */
function toolsGroups(installation: Installation): string[] {
  const { tools } = installation.site.database
  if (tools === undefined) return []
  return installationGroups(installation)
    .filter(({ images }) => images.has(carriedName(tools)))
    .map(({ id }) => id)
}
