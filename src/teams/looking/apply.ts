import { statusOf } from '../../kernel/access/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import type { Sharing } from '../../kernel/ports/index.ts'
import type { Pace } from '../pace/index.ts'
import { allEnded } from '../tenancy/index.ts'
import type { FolderAction } from './action.ts'
import type { ObservedLook } from './observe.ts'
import { sharingVariable } from './told.ts'
import { type Look, named, placeIn } from './wanted.ts'

/** What doing needs. */
export interface ApplyingLook {
  readonly sharing: Sharing
  readonly pace: Pace
  readonly observed: ObservedLook
  /** Id of the looking project. */
  readonly viewId: string
  readonly done: (action: FolderAction) => void
}

/**
 * Makes and takes away grants and imports; the folders of the looking project must be there. Of one folder the grant
 * comes first, and folders go on beside one another.
 * @throws SealiftError SERVER_FAILED
 */
export async function applyLook(
  { environment }: Pick<Look, 'environment'>,
  actions: readonly FolderAction[],
  { sharing, pace, observed, viewId, done }: ApplyingLook,
): Promise<void> {
  const perform = async (action: FolderAction) => {
    const { source } = action
    const projectId = observed.sources.get(source.project)?.project.id ?? ''
    const from = { projectId, environment: source.environment, path: source.path }
    const place = { projectId: viewId, environment, path: placeIn(source) }
    await pace.change(() => send(action)).catch(naming(action))
    done(action)

    async function send(one: FolderAction): Promise<void> {
      if (one.kind === 'grant')
        return one.change === 'create'
          ? await sharing.grant(from, viewId)
          : await sharing.revoke(projectId, one.id)
      return one.change === 'create'
        ? await sharing.import(place, from)
        : await sharing.removeImport(place, one.id)
    }
  }
  const folders = Map.groupBy(actions, ({ source }) => placeIn(source))
  await allEnded(
    [...folders.values()].map(async some => {
      for (const action of some) await perform(action)
    }),
  )
}

/** Says of a refusal what it was about; the same cause, which has the server's status. */
function naming({ kind, source }: FolderAction): (error: unknown) => never {
  return error => {
    if (!(error instanceof SealiftError)) throw error
    const hint = `Where Infisical says that sharing is not enabled, its pod was not started with ${sharingVariable}: delete the pod, and run it again.`
    throw new SealiftError(error.code, `${kind} ${named(source)}: ${error.message}`, {
      hints: [...error.hints, ...(statusOf(error) === 403 ? [hint] : [])],
      faults: error.faults,
      cause: error.cause,
    })
  }
}
