import { infisicalName, managed, systemNamespace } from '../../kernel/access/index.ts'
import { textsIn } from '../../kernel/objects/index.ts'
import { kinds, type SiteHost, type Watch } from '../../kernel/ports/index.ts'
import { restartForEnvironment } from '../../kernel/server-variables/index.ts'
import { isStopped, podsWanted, stopInfisical } from './stop.ts'

type Pausing = Pick<SiteHost, 'cluster' | 'clock'>

/** ConfigMap that says how many pods Infisical had before it was stopped: a run that is killed then knows no more. */
const noteName = 'sealift-restore'

/**
 * Stops Infisical as {@link stopInfisical} does, for {@link resumeInfisical}: how many pods it had is kept on the cluster.
 * @throws SealiftError CLUSTER_FAILED when pods do not end, CLUSTER_*
 */
export async function pauseInfisical(host: Pausing, namespace: string, watch: Watch): Promise<void> {
  const { cluster } = host
  const pods = await podsWanted(cluster, namespace)
  const metadata = { name: noteName, namespace: systemNamespace, labels: managed }
  if (pods !== undefined && pods > 0)
    await cluster.apply({ ...kinds.configMap, metadata, data: { replicas: String(pods) } })
  await stopInfisical(host, namespace, watch)
}

/** More pods than anybody runs of one server: a note that says so would take the cluster's nodes for it. */
const most = 100

/** How many pods a note says that Infisical had: one where it says nothing that can be, whoever has written it. */
export function podsNoted(noted: number | undefined): number {
  return noted !== undefined && Number.isSafeInteger(noted) && noted > 0 && noted <= most ? noted : 1
}

/**
 * Starts Infisical again, with as many pods as it had before {@link pauseInfisical}, and waits until they are up.
 * @throws SealiftError NOT_INSTALLED, HELM_FAILED when they do not come up, CLUSTER_*
 */
export async function resumeInfisical(host: Pausing, namespace: string, watch: Watch): Promise<void> {
  const { cluster } = host
  const note = await cluster.get(kinds.configMap, noteName, systemNamespace)
  const wanted = podsNoted(Number(textsIn(note?.['data'])['replicas']))
  if (await isStopped(cluster, namespace)) await cluster.scale(namespace, infisicalName, wanted)
  await restartForEnvironment({ ...host, ...watch }, namespace)
  await cluster.delete(kinds.configMap, noteName, systemNamespace)
}
