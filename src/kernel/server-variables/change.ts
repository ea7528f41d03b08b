import { keysSecretName, systemNamespace } from '../access/index.ts'
import { askedVariables } from '../inputs/index.ts'
import { type Cluster, isTerminating, kinds } from '../ports/index.ts'
import { type Asked, type Asker, noteAsked } from './asked.ts'
import { environmentIn, environmentSecret, type OwnEnvironment } from './environment.ts'
import { type Restarting, requireEnvironment, restartForEnvironment } from './restart.ts'

/**
 * Makes Infisical's pods have exactly what `asker` wants of the server's variables, beside what others asked for: notes
 * it, changes the environment, in the live Secret and in its copy, and starts the pods anew where that changed anything,
 * or where a run was killed before it could. Then waits until they are up, and the old ones are gone. Tells whether they
 * were started: whoever has a session with the server opens another then, for connections may lead to a pod that is gone,
 * and logs in again. The caller holds the lease of the site.
 * @param namespace Infisical's
 * @throws SealiftError NOT_INSTALLED, HELM_FAILED when they do not come up, CLUSTER_*
 */
export async function ensureServerVariables(
  asker: Asker,
  wanted: Asked,
  namespace: string,
  restarting: Restarting,
): Promise<boolean> {
  const { cluster } = restarting
  const live = await requireEnvironment(cluster, namespace)
  const { before, all } = await noteAsked(cluster, asker, wanted, { keep: true })
  const none = askedVariables.every(name => (before[name] ?? all[name]) === undefined && !(name in live.more))
  // The copy first, as when they were stored.
  for (const place of [systemNamespace, namespace]) await putAsked(cluster, place, all)
  const started = none ? false : await restartForEnvironment(restarting, namespace)
  await noteAsked(cluster, asker, wanted, { keep: false })
  return started
}

/** Each of the two is left with the keys that it has, whatever the other's are: install tells of those. */
async function putAsked(cluster: Cluster, place: string, asked: Asked): Promise<void> {
  const secret = await cluster.get(kinds.secret, keysSecretName, place)
  const now = environmentIn(secret)
  if (secret === undefined || now === undefined || isTerminating(secret)) return
  const next = { wired: now.wired, more: { ...without(now.more), ...asked } }
  if (isSame(now, next)) return
  const notes = Object.entries(secret.metadata.annotations ?? {}).filter(([name]) =>
    name.startsWith('sealift.dev/'),
  )
  const object = environmentSecret(place, next, Object.fromEntries(notes))
  await cluster.apply(object)
}

function without(more: OwnEnvironment['more']): OwnEnvironment['more'] {
  const asked: readonly string[] = askedVariables
  return Object.fromEntries(Object.entries(more).filter(([name]) => !asked.includes(name)))
}

function isSame({ more: before }: OwnEnvironment, { more: after }: OwnEnvironment): boolean {
  const shown = (more: OwnEnvironment['more']) =>
    JSON.stringify(
      Object.entries(more)
        .map(([name, value]) => [name, typeof value === 'string' ? value : value.reveal()])
        .sort(),
    )
  return shown(before) === shown(after)
}
