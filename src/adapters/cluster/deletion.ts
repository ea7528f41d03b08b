import { setTimeout as wait } from 'node:timers/promises'
import type { SealiftError } from '../../kernel/errors/index.ts'
import { fieldsOf, mappingsOf, textsIn } from '../../kernel/objects/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'
import { failed } from './faults.ts'

/**
 * Waits until an object that is being deleted is gone, or another of its name has taken its place.
 * @throws SealiftError CLUSTER_FAILED after `timeoutSeconds`, naming the finalizers that hold it
 */
export async function waitUntilGone(
  doomed: KubernetesObject,
  look: () => Promise<KubernetesObject | undefined>,
  timeoutSeconds: number,
): Promise<void> {
  const end = Date.now() + timeoutSeconds * 1000
  for (let pause = 50; ; pause = Math.min(1000, pause * 2)) {
    const left = await look()
    if (!left || left.metadata['uid'] !== doomed.metadata['uid']) return
    if (Date.now() >= end) throw held(left, timeoutSeconds)
    await wait(pause)
  }
}

/** A namespace's finalizers are in its spec, and its conditions say what content is left. */
function held(object: KubernetesObject, timeoutSeconds: number): SealiftError {
  const isNamespace = object.kind === 'Namespace'
  const own = [
    object.metadata['finalizers'],
    ...(isNamespace ? [fieldsOf(object['spec'])['finalizers']] : []),
  ]
  const finalizers = own.flat().filter(one => typeof one === 'string')
  const { conditions } = fieldsOf(isNamespace ? object['status'] : undefined)
  const remaining = mappingsOf(conditions)
    .map(textsIn)
    .filter(({ type = '', status }) => status === 'True' && type.endsWith('Remaining'))
    .map(({ message = '' }) => message)
  const { name, namespace } = object.metadata
  const why = finalizers.length > 0 ? `held by finalizers ${finalizers.join(', ')}` : 'not gone'
  return failed(
    `${object.kind} ${namespace ? `${namespace}/` : ''}${name} is still being deleted after ${timeoutSeconds} s: ${[why, ...remaining].join('; ')}`,
    ['the controller that owns a finalizer must run to release it; remove its objects before the controller'],
  )
}
