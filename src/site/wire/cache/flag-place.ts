import { printable, SealiftError } from '../../../kernel/errors/index.ts'
import { type KubernetesObject, kinds } from '../../../kernel/ports/index.ts'
import { serviceAt } from '../reach.ts'
import type { SiteServices } from '../services.ts'

/** Where a flag of the server is to be set, in a sentence; nothing where that is not known. `flag` as the server takes it. */
export type FlagPlace = (flag: string) => Promise<string | undefined>

interface DragonflySpec {
  readonly args?: readonly string[]
}

/**
 * Where dragonfly-operator runs the server behind a host, its flags are entries of `spec.args` of a Dragonfly object
 * (dragonflydb.io/v1alpha1), and nowhere else: what is changed at its pods the operator takes back. What the cluster
 * does not let one see is not known.
 */
export function flagPlaceAt(from: Pick<SiteServices, 'cluster' | 'namespace'>, host: string): FlagPlace {
  return async flag => {
    const object = await seen(() => dragonflyBehind(from, host))
    if (object === undefined) return undefined
    const { namespace, name } = object.metadata
    const { args = [] } = (object['spec'] ?? {}) as DragonflySpec
    const option = (text: string) => text.replace(/^-+/, '').split('=')[0]
    const at = args.findIndex(arg => option(arg) === option(flag))
    const shown = printable(args[at] ?? '')
    const field = at < 0 ? 'spec.args, to which it is added' : `spec.args[${at}], now ${shown}`
    return `dragonfly-operator takes it from Dragonfly ${namespace}/${name}: ${field} (kubectl -n ${namespace} edit dragonfly ${name}).`
  }
}

/** The object that the host's Service belongs to: its owner, or the one that its selector or its name names. */
async function dragonflyBehind(
  { cluster, namespace: own }: Pick<SiteServices, 'cluster' | 'namespace'>,
  host: string,
): Promise<KubernetesObject | undefined> {
  const found = await serviceAt({ cluster, namespace: own }, host)
  const service = found && (await cluster.get(kinds.service, found.service, found.namespace))
  if (found === undefined || service === undefined) return undefined
  const owners = (service.metadata['ownerReferences'] ?? []) as readonly { kind: string; name: string }[]
  const { selector } = (service['spec'] ?? {}) as { selector?: Readonly<Record<string, string>> }
  const names = [
    ...owners.filter(({ kind }) => kind === kinds.dragonfly.kind).map(({ name }) => name),
    ...(selector?.['app'] === undefined ? [] : [selector['app']]),
    found.service,
  ]
  for (const name of new Set(names)) {
    const object = await cluster.get(kinds.dragonfly, name, found.namespace)
    if (object !== undefined) return object
  }
  return undefined
}

/** It is looked for on behalf of another error, which must not be lost for this. */
async function seen<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await look()
  } catch (error) {
    if (error instanceof SealiftError) return undefined
    throw error
  }
}
