import { type ErrorCode, messageOf, printable, SealiftError } from '../../../../kernel/errors/index.ts'
import type { ChartSpec, ReadSite } from '../../../../kernel/inputs/index.ts'
import { dropRehearsals } from '../../../backup/index.ts'
import {
  noteUpgrade,
  readReceipt,
  returnReceipt,
  runSteps,
  type Step,
  type StepOutcome,
  siteJournal,
  type UpgradeNote,
} from '../../../install/index.ts'
import { stopInfisical } from '../../../pause/index.ts'
import { copyGone, discardSnapshot, goBack } from '../../../snapshot/index.ts'
import { databaseIn } from '../../../wire/index.ts'
import type { Installation } from '../installation.ts'
import { releaseId } from '../release-steps.ts'
import { installSteps } from '../steps.ts'
import { tellingTrouble } from '../while-waiting.ts'
import { finalizersBack } from './finalizers.ts'
import { type Moved, movedSince } from './moved.ts'
import type { Noted } from './noted.ts'
import { requireWayBack } from './require-way-back.ts'
import { standingOf } from './standing.ts'

/**
 * Takes a site back to what it was before an upgrade: its server stopped, its database the copy of before, its releases of
 * their revisions of before, and proven. Can be run again wherever it was stopped.
 * @throws SealiftError ROLLBACK_FAILED with what stands in the way, INTERRUPTED
 */
export async function returned(
  noted: Noted,
  installation: Installation,
  site: ReadSite,
  why: string,
): Promise<readonly StepOutcome[]> {
  const { host, talk, bundle, journal } = installation
  const { cluster, clock, files } = host
  try {
    const moved = await movedSince(noted.note, installation)
    await requireWayBack(moved, noted.note, installation)
    const begun = { state: 'returning', at: now(installation), why, touched: moved.database } as const
    noted.note = await noteUpgrade(cluster, noted.note, begun)
    const steps = await runSteps({
      steps: stepsBack(moved, noted, installation),
      journal: siteJournal(cluster, files, journal),
      ...{ bundle: bundle.digest, site: site.digest },
      ...{ reporter: talk.reporter, signal: talk.signal, clock },
    })
    talk.signal.throwIfAborted()
    await returnReceipt(cluster)
    const after = await standingOf((await readReceipt(cluster)).lock, installation)
    const { snapshot: _, gap: __, ...note } = noted.note
    noted.note = await noteUpgrade(cluster, note, { state: 'returned', at: now(installation), after })
    const { from, to, setAside } = noted.note
    talk.record?.returned({
      ...{ from: to.version, to: from.version, bundle: from.bundle },
      ...(setAside === undefined ? {} : { setAside }),
    })
    return steps
  } catch (error) {
    if (error instanceof SealiftError && error.code === 'INTERRUPTED') throw error
    throw unreturned(noted.note, why, error)
  }
}

const now = ({ host }: Installation) => new Date(host.clock.now()).toISOString()

function stepsBack({ releases, database }: Moved, noted: Noted, installation: Installation): Step[] {
  const { wired, host, site, helm } = installation
  const { infisical } = wired
  const { namespace } = infisical
  const stop: Step = {
    id: 'return-stop',
    title: 'Stop Infisical',
    needs: [],
    async run(say, signal) {
      const changed = await stopInfisical(host, namespace, { say, signal })
      return { changed, detail: changed ? 'no pod is left' : 'it was stopped before' }
    },
  }
  const back: Step = {
    id: 'return-database',
    title: 'Put the database back',
    needs: [stop.id],
    async run(say, signal) {
      const { services, own } = await databaseIn(site, host, namespace)
      const { note } = noted
      const { changed, detail, setAside } = await goBack(services, own, note, { say, signal })
      if (setAside !== undefined) noted.note = await noteUpgrade(host.cluster, note, { setAside })
      return { changed, detail }
    },
  }
  const forget: Step = {
    id: 'return-copy',
    title: 'Drop the copy of the database',
    needs: [],
    async run() {
      const { services, own } = await databaseIn(site, host, namespace)
      const changed = await discardSnapshot(services, own, noted.note)
      // One that was killed while it tried its archive goes back as one that has moved nothing.
      await dropRehearsals(site, host)
      return { changed, detail: changed ? 'the database was not touched' : 'there is none' }
    },
  }
  const first = database ? [stop, back] : [forget]
  const charts = new Map(wired.spec.charts.map(chart => [releaseId(chart), chart]))
  const revisions = releases.map(
    (before): Step => ({
      id: `return-${before.release}`,
      title: `Take release ${before.release} back to revision ${before.revision}`,
      needs: before.release === infisical.release ? first.map(({ id }) => id) : [],
      async run(say, signal) {
        const seconds = charts.get(releaseId(before))?.timeoutSeconds ?? infisical.timeoutSeconds
        const { revision, chart, version } = await tellingTrouble(
          host,
          before.namespace,
          { signal, say },
          signal => helm.rollback(before, seconds, signal),
        )
        // What objects are stored in, the newer definitions serve as well: else no upgrade would have begun.
        const kept =
          charts.get(releaseId(before))?.crdValues === undefined
            ? ''
            : '; its definitions stay as the newer version has them'
        return { changed: true, detail: `${chart} ${version}, revision ${revision}, all pods ready${kept}` }
      },
    }),
  )
  const all = [...first, ...revisions, ...finalizersBack(releases, noted.note, installation)]
  return [...all, ...proofAfter(all, wired.spec.charts, installation)]
}

/** The install's own last steps, which prove whatever server is there. */
function proofAfter(back: readonly Step[], charts: readonly ChartSpec[], installation: Installation): Step[] {
  const gone = new Set(charts.map(releaseId))
  return installSteps(installation)
    .filter(({ id }) => ['bootstrap', 'store', 'proof'].includes(id))
    .map(step => ({
      ...step,
      needs: step.needs.flatMap(need => (gone.has(need) ? back.map(({ id }) => id) : [need])),
    }))
}

/** Characters of what failed, behind which version it was: the cause is what people read. */
const longest = 600

/** That a site could not be put back, with where its data is. */
function unreturned({ snapshot, from, to, archive }: UpgradeNote, why: string, error: unknown): SealiftError {
  const { faults = [], hints = [] } = error instanceof SealiftError ? error : {}
  return new SealiftError(
    'ROLLBACK_FAILED',
    printable(
      `the way back from ${to.version} to ${from.version} was not come to its end: ${messageOf(error)}`,
      longest,
    ),
    {
      faults: [...faults, ...(why === '' ? [] : [printable(`why it was to go back: ${why}`)])],
      hints: [
        ...hints,
        ...(snapshot === undefined || messageOf(error) === copyGone(snapshot).message
          ? []
          : [`the database as it was is kept as ${snapshot}, until it is served again`]),
        ...(archive === undefined ? [] : [`and it is in the archive ${archive.path}, for sealift restore`]),
        'when that is mended, run: sealift rollback BUNDLE -c site.yaml; it goes on from there',
      ],
      cause: error,
    },
  )
}

/** That an upgrade failed and the site is as it was, with why. */
export function rolledBack({ from, to, setAside }: UpgradeNote, error: unknown): SealiftError {
  const { faults = [], hints = [] } = error instanceof SealiftError ? error : {}
  const code: ErrorCode = 'ROLLED_BACK'
  return new SealiftError(
    code,
    printable(
      `${to.name} ${to.version} could not be proven here, and the site is back on ${from.version}: ${messageOf(error)}`,
      longest,
    ),
    {
      faults,
      hints: [
        ...hints,
        ...(setAside === undefined
          ? []
          : [
              `what the newer server made of the database is set aside as ${setAside} for a week, also where another upgrade begins: look into it, or rename it`,
            ]),
      ],
      cause: error,
    },
  )
}
