import { fieldsOf, mappingsOf } from '../../../kernel/objects/index.ts'
import { isReady, lookAnnotation, type Patience } from '../../../kernel/owned/index.ts'
import { type Cluster, isTerminating, type KubernetesObject, kinds } from '../../../kernel/ports/index.ts'

/** ESO's chart puts this label on the Secret that its cert-controller fills for the webhook. */
const ofWebhook = 'external-secrets.io/component=webhook'

/** Milliseconds between two looks at ESO's webhook: it looks for its certificate every 10 s, and must not miss its turn. */
const interval = 500
/** Milliseconds between two changes of one pod. */
const again = 2_000

/**
 * Installs ESO in `namespace`, and lets its webhook see its certificate as soon as that is made. The kubelet writes
 * a changed Secret into a running pod when it looks at the pod again: when the pod changes, else about once a minute
 * (kubernetes.io/docs/concepts/configuration/secret, "Mounted Secrets are updated automatically"). So a pod that
 * waits for it is changed. What stands in the way of that is no error: the minute passes by itself.
 */
export async function showingCertificate<T>(
  cluster: Cluster,
  namespace: string,
  { clock, signal }: Pick<Patience, 'clock' | 'signal'>,
  install: () => Promise<T>,
): Promise<T> {
  const over = new AbortController()
  const until = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal])
  const shown = new Map<unknown, number>()
  const show = async () => {
    for (const pod of await unaware(cluster, namespace)) {
      const { name, uid } = pod.metadata
      const now = clock.now()
      if (until.aborted || now - (shown.get(uid) ?? Number.NEGATIVE_INFINITY) < again) continue
      const annotations = { [lookAnnotation]: String(now) }
      // With its uid: a pod that has gone meanwhile must not be made anew.
      await cluster.apply({ ...kinds.pod, metadata: { name, namespace, uid, annotations } })
      shown.set(uid, now)
    }
  }
  const keepShowing = async () => {
    for (;;) {
      await clock.sleep(interval, until)
      await show().catch(() => {})
    }
  }
  keepShowing().catch(() => {})
  try {
    return await install()
  } finally {
    over.abort()
  }
}

/** Pods that are not ready, and stay, and mount a certificate that is there. */
async function unaware(cluster: Cluster, namespace: string): Promise<KubernetesObject[]> {
  const secrets = await cluster.list(kinds.secret, namespace, ofWebhook)
  const filled = secrets.filter(secret => 'tls.crt' in fieldsOf(secret['data']))
  if (filled.length === 0) return []
  const names = new Set(filled.map(({ metadata }) => metadata.name))
  const pods = await cluster.list(kinds.pod, namespace)
  const staying = pods.filter(pod => !isReady(pod) && !isTerminating(pod))
  return staying.filter(pod => secretsOf(pod).some(name => names.has(name)))
}

/** Names of the Secrets that a pod mounts. */
function secretsOf(pod: KubernetesObject): string[] {
  const names = mappingsOf(fieldsOf(pod['spec'])['volumes']).map(
    ({ secret }) => fieldsOf(secret)['secretName'],
  )
  return names.filter(name => typeof name === 'string')
}
