import { reviewerBinding } from '../../../kernel/access/index.ts'
import { asStep, kinds, type SiteHost, type Talk } from '../../../kernel/ports/index.ts'
import { ensureServerVariables } from '../../../kernel/server-variables/index.ts'
import {
  accountDifferences,
  bindingObject,
  internalVariable,
  type Looking,
  loginAsker,
  type StoreDifference,
} from '../../stores/index.ts'

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
}

/**
 * Lets ESO's own account log in, before a store does: the account may ask who a token is of, and Infisical may ask an
 * address inside the cluster. Where stores log in with a client secret, nothing.
 * @throws SealiftError FOREIGN_INSTALL, NOT_INSTALLED, HELM_FAILED, CLUSTER_*
 */
export async function letAccountIn({ site, ...rest }: LettingIn): Promise<LetIn> {
  const { account, externalSecrets } = site
  if (account === undefined) return { changed: [], started: false }
  return await differing({ site, ...rest }, 'Let External Secrets Operator log in as itself', async () => {
    const wanted = bindingObject(account, externalSecrets)
    const { cluster } = rest
    const live = await cluster.get(kinds.clusterRoleBinding, reviewerBinding)
    // Whose role a binding gives cannot be changed.
    if (live !== undefined && JSON.stringify(live['roleRef']) !== JSON.stringify(wanted['roleRef']))
      await cluster.delete(kinds.clusterRoleBinding, reviewerBinding)
    await cluster.apply(wanted)
    return { [internalVariable]: 'true' }
  })
}

/** Takes that away again once no store needs it. @throws SealiftError like {@link letAccountIn} */
export async function keepAccountOut(letting: LettingIn): Promise<LetIn> {
  if (letting.site.account !== undefined) return { changed: [], started: false }
  return await differing(letting, 'Let External Secrets Operator log in as itself no more', async () => {
    await letting.cluster.delete(kinds.clusterRoleBinding, reviewerBinding)
    return {}
  })
}

async function differing(
  { site, names, cluster, clock, talk }: LettingIn,
  title: string,
  bind: () => Promise<Readonly<Partial<Record<typeof internalVariable, string>>>>,
): Promise<LetIn> {
  const changed = await accountDifferences(cluster, site, names)
  if (changed.length === 0) return { changed, started: false }
  const { reporter, signal } = talk
  const started = await asStep(reporter, title, async say =>
    ensureServerVariables(loginAsker, await bind(), site.infisical, { cluster, clock, signal, say }),
  )
  return { changed, started }
}
