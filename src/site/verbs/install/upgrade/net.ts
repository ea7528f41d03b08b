import type { Watch } from '../../../../kernel/ports/index.ts'
import type { Step } from '../../../install/index.ts'
import { noteUpgrade } from '../../../install/index.ts'
import { dropUnfinishedIndexes } from '../../../migrations/index.ts'
import { podsWanted, stopInfisical } from '../../../pause/index.ts'
import { dropSnapshot, endSessions, snapshotName, takeSnapshot } from '../../../snapshot/index.ts'
import { databaseIn, freeMigrationLock, withOwnSession } from '../../../wire/index.ts'
import { type Installation, stoppedBy } from '../installation.ts'
import { releaseId, whyUpgraded } from '../release-steps.ts'
import type { Noted } from './noted.ts'
import { startReader } from './reads.ts'
import { isUntouched } from './untouched.ts'

/**
 * An install's steps with the safety nets of an upgrade in them: the archive, where one is wanted, before anything but
 * images; what does not touch Infisical, beside the running server; then its end, a copy of its database, and its new
 * release. Where its release stays as it is, so does all of it.
 */
export function withNet(
  steps: readonly Step[],
  installation: Installation,
  noted: Noted,
  archive?: Step,
): Step[] {
  const { wired } = installation
  const first = archive === undefined ? [] : [archive]
  const [own, other] = [releaseId(wired.infisical), releaseId(wired.externalSecrets)]
  const before = steps.filter(({ id }) => id.startsWith('images') || id === 'database' || id === other)
  const net = netSteps(
    installation,
    noted,
    before.map(({ id }) => id),
  )
  const behind = (step: Step, others: readonly Step[]) => ({
    ...step,
    needs: [...step.needs, ...others.map(({ id }) => id)],
  })
  const netted = steps.flatMap(step => {
    if (step.id.startsWith('images')) return [step]
    const next = behind(step, first)
    return step.id === own ? [...net, behind(next, net)] : [next]
  })
  return [...first, ...netted]
}

function netSteps(installation: Installation, noted: Noted, needs: readonly string[]): Step[] {
  const { wired, host } = installation
  const { infisical } = wired
  let due = false
  return [
    {
      id: 'stop',
      title: 'Stop Infisical for its upgrade',
      needs,
      async run(say, signal) {
        const why = await whyUpgraded(infisical, stoppedBy(signal, installation))
        due = why.length > 0
        if (!due) return { changed: false, detail: 'its release is as it should be: it goes on' }
        const pods = await podsWanted(host.cluster, infisical.namespace)
        if (pods) noted.note = await noteUpgrade(host.cluster, noted.note, { pods })
        noted.reader ??= await startReader(host, infisical.namespace)
        const changed = await stopInfisical(host, infisical.namespace, { say, signal })
        return {
          changed,
          detail: changed ? 'no pod is left: nobody reads or writes' : 'it was stopped before',
        }
      },
    },
    {
      id: 'snapshot',
      title: 'Copy the database, inside PostgreSQL',
      needs: ['stop'],
      async run(say, signal) {
        if (!due) return { changed: false, detail: 'not needed' }
        return await copied(installation, noted, { say, signal })
      },
    },
  ]
}

/** The copy of before; one that was made while the release was already another is left as it is. */
async function copied(installation: Installation, noted: Noted, watch: Watch) {
  const { site, host, talk, wired } = installation
  const { services, own } = await databaseIn(site, host, wired.infisical.namespace)
  const database = snapshotName(own.parts.database, noted.note.id)
  const untouched = await isUntouched(noted.note, installation)
  // Somebody may have started the server again since an interrupted run copied it, noted or not.
  if (untouched) await dropSnapshot(services, own, database)
  else if (noted.note.snapshot !== undefined)
    // The release's step forgets a revision that helm was killed in: helm's newest is the one of before then.
    noted.note = await noteUpgrade(host.cluster, noted.note, { touched: true })
  const { note } = noted
  // A migration that was killed may still be at work in PostgreSQL, or have left its lock, now or long before.
  await endSessions(services, own, watch)
  const freed = await freeMigrationLock(services, own)
  const lock = freed ? '; the lock of a killed migration is freed' : ''
  if (note.snapshot !== undefined && !untouched) {
    const dropped = await withOwnSession(services, own, dropUnfinishedIndexes)
    const indexes = dropped.length === 0 ? '' : `; dropped, as not built to the end: ${dropped.join(', ')}`
    return {
      changed: freed || dropped.length > 0,
      detail: `database ${database} is of before the new release${lock}${indexes}`,
    }
  }
  const { from, to } = note
  const made = new Date(host.clock.now()).toISOString()
  const about = `${from.name} ${from.version}, before ${to.version}, made at ${made}`
  const { changed, detail, warnings } = await takeSnapshot(services, own, { id: note.id, about }, watch)
  for (const warning of warnings) talk.reporter.warn(warning)
  noted.note = await noteUpgrade(host.cluster, note, { snapshot: database })
  return { changed, detail: `${detail}${lock}` }
}
