import { printable, SealiftError } from '../../kernel/errors/index.ts'
import { fieldsOf, mappingsOf } from '../../kernel/objects/index.ts'
import { type Cluster, type KubernetesObject, kinds, type PodPrograms } from '../../kernel/ports/index.ts'
import { createApi } from './api.ts'
import { execute } from './exec.ts'
import { failed } from './faults.ts'
import { connect, type KubeconfigOptions } from './kubeconfig.ts'
import { mayConnect } from './may.ts'
import { backend } from './service.ts'

/** Programs in pods of the cluster that a kubeconfig names; `cluster` is the same one. */
export function createPodPrograms(
  options: KubeconfigOptions,
  cluster: Pick<Cluster, 'get' | 'list'>,
): PodPrograms {
  const api = createApi(() => connect(options), options.onSilence)
  return {
    async behindService(namespace, service, port) {
      const found = await backend(cluster, { namespace, service, port })
      if (!('pod' in found)) return undefined
      const pod = await cluster.get(kinds.pod, found.pod, namespace)
      const container = pod && containerOf(pod, found.port)
      if (container !== undefined) return { namespace, pod: found.pod, container, port: found.port }
      throw failed(`pod ${namespace}/${found.pod} has no container`)
    },
    async run(place, command, { input, output, signal }) {
      let broken: { readonly error: unknown } | undefined
      const noted = <T>(error: T): T => {
        broken ??= { error }
        return error
      }
      const stop = new AbortController()
      const told = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal])
      try {
        const ended = await execute(
          await api.connection(),
          { ...place, command },
          {
            input: input && watched(input, noted),
            output: output && (bytes => output(bytes).catch(error => Promise.reject(noted(error)))),
            signal: told,
          },
        )
        signal?.throwIfAborted()
        if (broken !== undefined) throw broken.error
        const { stdout, stderr, code, message } = ended
        return { stdout, stderr, ...(code === undefined ? {} : { code }), ...(message ? { message } : {}) }
      } catch (error) {
        signal?.throwIfAborted()
        if (broken !== undefined) throw broken.error
        if (error instanceof SealiftError) throw error
        await mayConnect(api, place.namespace, 'exec')
        throw failed(`no program can be run in pod ${place.namespace}/${place.pod}: ${reasonOf(error)}`, [
          'the API server must reach the kubelet of its node: can you see the logs of a pod there?',
        ])
      }
    },
  }
}

async function* watched(
  input: AsyncIterable<Uint8Array>,
  noted: (error: unknown) => unknown,
): AsyncGenerator<Uint8Array> {
  try {
    yield* input
  } catch (error) {
    throw noted(error)
  }
}

/** The container that says that it serves the port; else the pod's own default, or its first. */
function containerOf(pod: KubernetesObject, port: number): string | undefined {
  const { containers } = fieldsOf(pod['spec'])
  const all = mappingsOf(containers)
  const serving = all.find(({ ports }) =>
    mappingsOf(ports).some(({ containerPort }) => containerPort === port),
  )
  const usual = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container']
  const name = serving?.['name'] ?? usual ?? all[0]?.['name']
  return typeof name === 'string' && name !== '' ? name : undefined
}

/** Why a connection was not had: the websocket's error is an event with a message. */
function reasonOf(error: unknown): string {
  const { message } = fieldsOf(error)
  if (error instanceof Error) return error.message
  return typeof message === 'string' ? printable(message) : 'it was refused'
}
