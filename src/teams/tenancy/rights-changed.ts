import type { MachineAction } from './action.ts'

/** Names of the identities whose rights were given or changed; of other things that were done nothing is said. */
export function rightsChanged(done: readonly (MachineAction | { readonly kind: string })[]): Set<string> {
  return new Set(done.flatMap(action => (isOfMachine(action) ? [action.identity] : [])))
}

const isOfMachine = (action: MachineAction | { readonly kind: string }): action is MachineAction =>
  action.kind === 'machine' || action.kind === 'privilege'
