import { fieldsOf, textsIn } from '../../kernel/objects/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'
import { type Served, storeNameOf } from './wanted.ts'

/** What External Secrets Operator says that it can do with stores of Infisical, by the names of stores. */
export type Capabilities = ReadonlyMap<string, string>

/** Whether it can push, as far as it has said: `ReadWrite`, from 2.7 on; `ReadOnly` before. */
export type PushCapability = 'yes' | 'no' | 'unknown'

/**
 * What External Secrets Operator itself says of the stores that it knows (`status.capabilities`, which it writes with
 * every look at a store): a version would have to be read out of an image's tag, which a registry may have renamed.
 */
export function capabilitiesIn(stores: readonly KubernetesObject[]): Capabilities {
  return new Map(
    stores.flatMap(store => {
      const { infisical } = fieldsOf(fieldsOf(store['spec'])['provider'])
      const { capabilities } = textsIn(store['status'])
      return infisical === undefined || capabilities === undefined
        ? []
        : [[store.metadata.name, capabilities] as const]
    }),
  )
}

/** What is said of the store itself, or of any other one of Infisical: they are all of one provider. */
export function pushCapability(served: Served, said: Capabilities): PushCapability {
  const own = said.get(storeNameOf(served)) ?? [...said.values()][0]
  if (own === undefined) return 'unknown'
  return own === 'ReadOnly' ? 'no' : 'yes'
}

/** Why pushes cannot be had. @returns undefined where they can */
export function noPushes(
  served: Served,
  {
    capabilities,
    canPush,
    operator = 'External Secrets Operator',
  }: { readonly capabilities: Capabilities; readonly canPush: boolean; readonly operator?: string },
): string | undefined {
  if (!canPush)
    return `the cluster has no PushSecrets: let ${operator}'s chart make them (crds.createPushSecret), then run it again`
  const can = pushCapability(served, capabilities)
  if (can === 'yes') return undefined
  return can === 'no'
    ? `${operator} here only reads from Infisical (its stores say ReadOnly), and this wants one that writes, 2.7 or later: install a bundle that has it, then run it again`
    : `${operator} has not said yet whether it writes to Infisical: see that a store becomes ready, then run it again`
}
