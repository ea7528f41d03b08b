import { reviewerBinding } from '../../../kernel/access/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import { asStep, kinds, type SiteHost, type Talk } from '../../../kernel/ports/index.ts'
import { ensureServerVariables } from '../../../kernel/server-variables/index.ts'
import {
  accountDifferences,
  applyTokenPolicy,
  bindingObject,
  deleteTokenPolicy,
  internalVariable,
  type Looking,
  loginAsker,
  loginBars,
  type StoreDifference,
} from '../../stores/index.ts'
import type { Unmet } from '../../tenancy/index.ts'

/** What it needs. */
export interface LettingIn extends Pick<Looking, 'site'>, Pick<SiteHost, 'cluster' | 'clock'> {
  readonly talk: Talk
  /** Names of the stores that the file has. */
  readonly names: readonly string[]
}

/** What was changed on the site, and whether Infisical was started anew: then a session of before is of no use. */
export interface LetIn {
  readonly changed: readonly StoreDifference[]
  readonly started: boolean
  /** What makes the login unsafe on the site, and somebody else has to take away. */
  readonly unmet: readonly Unmet[]
}

/**
 * Lets ESO's own account log in, before a store does: first no SecretStore of a team's may do the same any more, then
 * the account may ask who a token is of, and Infisical may ask an address inside the cluster. Where stores log in with a
 * client secret, nothing.
 * @throws SealiftError TENANCY_UNMET where teams cannot be kept from it, FOREIGN_INSTALL, NOT_INSTALLED, HELM_FAILED, CLUSTER_*
 */
export async function letAccountIn({ site, ...rest }: LettingIn): Promise<LetIn> {
  const { account, externalSecrets } = site
  const { cluster, clock, talk } = rest
  if (account === undefined) return { changed: [], started: false, unmet: [] }
  const { never, unmet } = await loginBars(cluster, site)
  if (never) throw barred(unmet)
  const title = 'Let External Secrets Operator log in as itself'
  const done = await differing({ site, ...rest }, title, async () => {
    const wanted = bindingObject(account, externalSecrets)
    await applyTokenPolicy(cluster, externalSecrets, { clock, signal: talk.signal })
    const live = await cluster.get(kinds.clusterRoleBinding, reviewerBinding)
    // From now on there are no more of them: those that are there would have the login at once.
    const there = live === undefined ? (await loginBars(cluster, site)).unmet : []
    if (there.length > 0) throw barred(there)
    // Whose role a binding gives cannot be changed.
    if (live !== undefined && JSON.stringify(live['roleRef']) !== JSON.stringify(wanted['roleRef']))
      await cluster.delete(kinds.clusterRoleBinding, reviewerBinding)
    await cluster.apply(wanted)
    return { [internalVariable]: 'true' }
  })
  return { ...done, unmet }
}

const barred = (unmet: readonly Unmet[]) =>
  new SealiftError('TENANCY_UNMET', 'no store was changed: login: kubernetes is not safe on this site', {
    faults: unmet.map(({ name, why }) => `${name}: ${why}`),
    hints: ['run it again once that is done; or let stores log in with login: universal-auth'],
  })

/** Takes that away again once no store needs it. @throws SealiftError like {@link letAccountIn} */
export async function keepAccountOut(letting: LettingIn): Promise<LetIn> {
  const { cluster, site } = letting
  if (site.account !== undefined) return { changed: [], started: false, unmet: [] }
  return await differing(letting, 'Let External Secrets Operator log in as itself no more', async () => {
    await cluster.delete(kinds.clusterRoleBinding, reviewerBinding)
    await deleteTokenPolicy(cluster)
    return {}
  })
}

async function differing(
  { site, names, cluster, clock, talk }: LettingIn,
  title: string,
  bind: () => Promise<Readonly<Partial<Record<typeof internalVariable, string>>>>,
): Promise<LetIn> {
  const changed = await accountDifferences(cluster, site, names)
  if (changed.length === 0) return { changed, started: false, unmet: [] }
  const { reporter, signal } = talk
  const started = await asStep(reporter, title, async say =>
    ensureServerVariables(loginAsker, await bind(), site.infisical, { cluster, clock, signal, say }),
  )
  return { changed, started, unmet: [] }
}
