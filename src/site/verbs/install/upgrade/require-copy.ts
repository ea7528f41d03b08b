import { SealiftError } from '../../../../kernel/errors/index.ts'
import type { UpgradeNote } from '../../../install/index.ts'
import { leadsBack } from '../../../snapshot/index.ts'
import { databaseIn } from '../../../wire/index.ts'
import type { Installation } from '../installation.ts'
import { movedSince } from './moved.ts'
import { isUntouched } from './untouched.ts'

/**
 * Makes sure, before the server is stopped, that the copy of the database which a way back would serve is there: the older
 * server does not fit what the newer one has made. @throws SealiftError NOT_INSTALLED, DATABASE_*, HELM_FAILED, CLUSTER_*
 */
export async function requireCopy(note: UpgradeNote, installation: Installation): Promise<void> {
  const { state, snapshot, to, archive } = note
  // What is on its way back may have served its copy already; goBack knows.
  if (state === 'returning') return
  const dropped = state === 'proven' && snapshot === undefined && !(await isUntouched(note, installation))
  if (!dropped) {
    const { database } = await movedSince(note, installation)
    if (!database) return
    const { site, host, wired } = installation
    const { services, own } = await databaseIn(site, host, wired.infisical.namespace)
    if (await leadsBack(services, own, note)) return
  }
  throw new SealiftError(
    'NOT_INSTALLED',
    `the copy of the database of before ${to.version} is not kept any more, and nothing else leads back`,
    {
      hints: [
        'sealift restore brings back what an archive has',
        ...(archive === undefined ? [] : [`the upgrade wrote ${archive.path} before its first change`]),
      ],
    },
  )
}
