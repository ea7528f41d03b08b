import {
  asStep,
  type Clock,
  type Infisical,
  type InfisicalSession,
  type SiteHost,
  type Talk,
} from '../../../kernel/ports/index.ts'
import { ensureServerVariables } from '../../../kernel/server-variables/index.ts'
import type { Tenancy } from '../../../kernel/tenancy-file/index.ts'
import {
  isSharingLeft,
  type LookAction,
  lookAsker,
  sharesAnything,
  sharingVariable,
} from '../../looking/index.ts'
import { createPace, type Pace } from '../../pace/index.ts'
import { withAdmin } from '../../server/index.ts'
import { type Looking, type StoreAction, type StoreDifference, sharingLeft } from '../../stores/index.ts'

/** What lets the organisation's projects share. */
type SharingAction = Extract<LookAction, { readonly kind: 'sharing' | 'variable' }>

/** Whether an action is one of those. */
export function isOfSharing(action: StoreAction): action is SharingAction {
  return action.kind === 'sharing' || action.kind === 'variable'
}

/** What it needs. */
export interface Letting extends Pick<Looking, 'session' | 'infisical' | 'site' | 'cluster'> {
  /** The way to a server, for {@link withAdmin}. */
  readonly connect: SiteHost['infisical']
  readonly clock: Clock
  readonly pace: Pace
  readonly talk: Talk
  /** The site's. */
  readonly name: string
}

/**
 * Lets the organisation's projects share, before anything rests on it: the server is told of the organisation and
 * starts anew, and the organisation says yes. Then does the work, with a session of the server as it is now.
 * @throws SealiftError NOT_INSTALLED, HELM_FAILED, SERVER_FAILED, CLUSTER_*, and what the work throws
 */
export async function letShare<T>(
  actions: readonly SharingAction[],
  letting: Letting,
  work: (session: InfisicalSession, infisical: Infisical) => Promise<T>,
): Promise<T> {
  const { session, infisical, site, cluster, clock, pace, talk } = letting
  const { reporter, signal } = talk
  const wanted = { [sharingVariable]: session.organizationId }
  const tell = (say: (detail: string) => void) =>
    ensureServerVariables(lookAsker, wanted, site.infisical, { cluster, clock, signal, say })
  const isUntold = actions.some(({ kind }) => kind === 'variable')
  const started =
    isUntold && (await asStep(reporter, 'Tell Infisical which organisation shares secrets', tell))
  const go = async (present: InfisicalSession, server: Infisical) => {
    if (actions.some(({ kind }) => kind === 'sharing'))
      await asStep(reporter, 'Let its projects share', () => pace.change(() => present.sharing.allow()))
    return await work(present, server)
  }
  // Connections may lead to a pod that is gone.
  const host = { cluster, infisical: letting.connect }
  return started ? await withAdmin(letting.name, host, signal, go) : await go(session, infisical)
}

/** What it needs. */
export interface LettingNoMore
  extends Pick<Letting, 'connect' | 'clock' | 'cluster' | 'site' | 'talk' | 'name'> {
  readonly tenancy: Tenancy
}

/** Takes the variable away again once nothing needs it. @throws SealiftError like {@link letShare} */
export async function shareNoMore(letting: LettingNoMore): Promise<StoreDifference[]> {
  const { tenancy, connect, clock, cluster, site, talk, name } = letting
  const { reporter, signal } = talk
  const pace = createPace(clock, signal, text => reporter.warn(text))
  // Of now: Infisical may have been started anew since.
  const shares = () =>
    withAdmin(name, { cluster, infisical: connect }, signal, session => sharesAnything(session, pace))
  if (!(await isSharingLeft(tenancy, cluster, shares))) return []
  await asStep(reporter, 'Tell Infisical that no organisation shares secrets any more', say =>
    ensureServerVariables(lookAsker, {}, site.infisical, { cluster, clock, signal, say }),
  )
  return [sharingLeft]
}
