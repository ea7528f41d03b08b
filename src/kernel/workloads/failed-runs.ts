import { countsIn, fieldsOf, isMapping, type Mapping, mappingsOf } from '../objects/index.ts'
import { isTerminating, type KubernetesObject } from '../ports/index.ts'

/** A container that ends with an error again and again. */
export interface FailedRuns {
  readonly container: string
  /** How many of its runs have ended by now. */
  readonly times: number
  /** Of the last of them. */
  readonly exitCode: number
}

/**
 * The container of a pod whose last run has ended with an error, and that has run most often: none of a pod that is up, that
 * is to end, or whose containers have ended well. kubelet counts restarts, one less than runs.
 */
export function failedRuns(pod: KubernetesObject): FailedRuns | undefined {
  if (isTerminating(pod)) return undefined
  const { initContainerStatuses, containerStatuses } = fieldsOf(pod['status'])
  return [...mappingsOf(initContainerStatuses), ...mappingsOf(containerStatuses)]
    .flatMap(runsOf)
    .sort((a, b) => b.times - a.times)[0]
}

function runsOf({ name, ready, restartCount, state, lastState }: Mapping): FailedRuns[] {
  const { running, terminated } = fieldsOf(state)
  const ended = terminated ?? fieldsOf(lastState)['terminated']
  const { exitCode } = countsIn(ended)
  if (ready === true || !isMapping(ended) || exitCode === undefined || exitCode === 0) return []
  const restarts = typeof restartCount === 'number' ? restartCount : 0
  return [{ container: String(name), times: isMapping(running) ? restarts : restarts + 1, exitCode }]
}
