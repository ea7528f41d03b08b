import { systemNamespace } from '../../kernel/access/index.ts'
import { messageOf, SealiftError } from '../../kernel/errors/index.ts'
import { textsIn } from '../../kernel/objects/index.ts'
import { carriedName } from '../../kernel/oci/index.ts'
import {
  asStep,
  type Cluster,
  kinds,
  type PodPlace,
  type SiteHost,
  type Talk,
} from '../../kernel/ports/index.ts'
import { becomesUp, redacted } from '../../kernel/workloads/index.ts'
import { container, named, type PodWanted, selector, toolsPod } from './tools-pod.ts'

const patience = 120_000

/** The cause of an error that is about an image which no node has. */
class ImageMissing extends Error {}

/** Whether a pod did not come up because no node has its image. */
export function isImageMissing(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof ImageMissing) return true
  return false
}

/** Ends the pods that killed runs have left. To be called under the lease: whoever holds it has none yet. @throws SealiftError CLUSTER_* */
export async function endToolsPods(cluster: Pick<Cluster, 'list' | 'delete'>): Promise<void> {
  for (const { metadata } of await cluster.list(kinds.pod, systemNamespace, selector))
    await cluster.delete(kinds.pod, metadata.name, systemNamespace)
}

/**
 * Does work with a pod of its own, which ends with it, however that does. To be called under the lease.
 * @throws SealiftError BACKUP_FAILED with the reason where the pod does not come up, CLUSTER_*, and what the work throws
 */
export async function withToolsPod<T>(
  wanted: PodWanted,
  host: Pick<SiteHost, 'cluster' | 'clock' | 'random'>,
  { reporter, signal }: Pick<Talk, 'reporter' | 'signal'>,
  work: (place: PodPlace) => Promise<T>,
): Promise<T> {
  const { cluster } = host
  await endToolsPods(cluster)
  const name = `database-tools-${Buffer.from(host.random.bytes(4)).toString('hex')}`
  const title = `Start a pod for PostgreSQL’s tools, of ${wanted.image}`
  let done = false
  try {
    await asStep(reporter, title, () => started(name, wanted, host, signal))
    const result = await work({ namespace: systemNamespace, pod: name, container })
    done = true
    return result
  } finally {
    await cluster.delete(kinds.pod, name, systemNamespace).catch((error: unknown) => {
      // Where the work failed, why it did is what counts.
      if (done) reporter.warn(`pod ${systemNamespace}/${name} stays until the next run: ${messageOf(error)}`)
    })
  }
}

async function started(
  name: string,
  wanted: PodWanted,
  { cluster, clock }: Pick<SiteHost, 'cluster' | 'clock'>,
  signal: AbortSignal,
): Promise<void> {
  // No pod is admitted before its account is there, in a namespace that was just made.
  for (let left = 40; left > 0; left -= 1) {
    if ((await cluster.get(kinds.serviceAccount, 'default', systemNamespace)) !== undefined) break
    await clock.sleep(250, signal)
  }
  const made = await cluster.create(toolsPod(name, wanted)).catch(error => {
    const hints = [`a policy or a quota of namespace ${systemNamespace} may be what refuses the pod`]
    throw error instanceof SealiftError ? error.with({ hints }) : error
  })
  const { uid } = textsIn(made.metadata)
  const pod = { namespace: systemNamespace, name, uid, milliseconds: patience, signal }
  const state = await becomesUp({ cluster, clock }, pod)
  if (state !== 'up') throw notUp(wanted.image, state)
}

function notUp(image: string, state: string): SealiftError {
  const [reason = ''] = state.split(':')
  const message = `no pod of ${named(image)} comes up: ${redacted(state, 600)}`
  const missing = remedies.image.of.test(reason) ? { cause: new ImageMissing(reason) } : {}
  const known = Object.values(remedies).find(({ of }) => of.test(reason))
  return new SealiftError('BACKUP_FAILED', message, { hints: known?.hints(image) ?? [], ...missing })
}

/** What to do, by kubelet's and the scheduler's reasons. */
const remedies = {
  image: {
    of: /^(ErrImage|ImagePull|ImageInspect|InvalidImageName|RegistryUnavailable)/,
    hints: (image: string) => [
      `no node has it: name it under images in bundle.yaml, and install that bundle, or bring it to the nodes: k3s ctr images import FILE`,
      `is it called so there? k3s ctr images ls -q name==${carriedName(image)}`,
    ],
  },
  room: { of: /^FailedScheduling/, hints: () => ['it asks for 64Mi of memory and 10m of CPU'] },
  program: {
    of: /^(StartError|RunContainerError|ContainerCannotRun|Error)/,
    hints: () => [
      'it must be an image of PostgreSQL with its client’s tools and sh, such as the official one',
    ],
  },
} as const
