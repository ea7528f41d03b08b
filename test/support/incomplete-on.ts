import type { Runtime } from '../../src/kernel/ports/index.ts'

/** Those of the names that a node does not have, or not whole. */
export async function incompleteOn(runtime: Runtime, names: readonly string[]): Promise<string[]> {
  const whole = new Set((await runtime.images()).flatMap(({ name, complete }) => (complete ? name : [])))
  return names.filter(name => !whole.has(name))
}
