import type { Step } from './step.ts'

/** What says in which order steps may run. */
export type Node = Pick<Step, 'id' | 'needs'>

/**
 * Makes sure that steps can all come to their turn: each id once, each need the id of a step, none waiting for itself.
 * @throws Error, a fault of whoever has made the steps
 */
export function requireGraph(steps: readonly Node[]): void {
  const ids = new Set(steps.map(({ id }) => id))
  if (ids.size < steps.length) throw new Error('two steps have one id')
  for (const { id, needs } of steps)
    for (const need of needs)
      if (!ids.has(need)) throw new Error(`step ${id} needs ${need}, which is no step`)
  const done = new Set<string>()
  for (let next = readySteps(steps, done); next.length > 0; next = readySteps(steps, done))
    for (const { id } of next) done.add(id)
  const stuck = steps.filter(({ id }) => !done.has(id)).map(({ id }) => id)
  if (stuck.length > 0) throw new Error(`steps wait for one another: ${stuck.join(', ')}`)
}

/** The steps that are not begun and lack nothing, in their order. `begun` holds those that are done as well. */
export function readySteps<T extends Node>(
  steps: readonly T[],
  done: ReadonlySet<string>,
  begun: ReadonlySet<string> = done,
): T[] {
  return steps.filter(({ id, needs }) => !begun.has(id) && needs.every(need => done.has(need)))
}
