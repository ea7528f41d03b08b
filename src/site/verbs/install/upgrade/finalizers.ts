import { printable, SealiftError } from '../../../../kernel/errors/index.ts'
import { type Cluster, type Kind, type KubernetesObject, kinds } from '../../../../kernel/ports/index.ts'
import type { Step, UpgradeNote } from '../../../install/index.ts'
import type { Installation } from '../installation.ts'

/** What External Secrets Operator holds by finalizers: its own objects, and namespaces that it fills. */
const held: readonly Kind[] = [
  ...[kinds.externalSecret, kinds.clusterExternalSecret, kinds.secretStore, kinds.clusterSecretStore],
  ...[kinds.pushSecret, kinds.clusterPushSecret, kinds.namespace],
]

/** Finalizers of External Secrets Operator, which has two spellings of its domain. */
const isOperators = (finalizer: string) => /(^|[.])external-?secrets[.]io[/]/.test(finalizer)

function finalizersOf({ metadata }: KubernetesObject): string[] {
  const { finalizers } = metadata
  const texts = Array.isArray(finalizers) ? finalizers.filter(one => typeof one === 'string') : []
  return texts.filter(isOperators)
}

/** So many of them are noted; the operator has some ten, and whoever may make one of its objects may name any number there. */
const most = 100

/**
 * The finalizers of External Secrets Operator that anything has, each once: of more than it can have those that most objects
 * have, so that the note of an upgrade finds room for them. @throws SealiftError CLUSTER_*
 */
export async function operatorsFinalizers(cluster: Pick<Cluster, 'list'>): Promise<string[]> {
  const found = await Promise.all(held.map(kind => cluster.list(kind)))
  const times = new Map<string, number>()
  for (const object of found.flat())
    for (const one of new Set(finalizersOf(object))) times.set(one, (times.get(one) ?? 0) + 1)
  const byUse = [...times].sort(([a, ofA], [b, ofB]) => ofB - ofA || (a < b ? -1 : 1))
  return byUse
    .slice(0, most)
    .map(([one]) => one)
    .sort()
}

/**
 * The step of a way back that takes off the finalizers of External Secrets Operator that nothing had before the upgrade, once
 * the older one runs again: it does not know them (0.19 none of ExternalSecrets, which have one from 0.20 on), and what they
 * hold could never be deleted any more. One that it knows after all it puts on again. No step where it was not upgraded.
 */
export function finalizersBack(
  releases: readonly UpgradeNote['releases'][number][],
  { finalizers }: UpgradeNote,
  { wired, host, talk }: Installation,
): Step[] {
  const { release } = wired.externalSecrets
  if (finalizers === undefined || !releases.some(before => before.release === release)) return []
  return [
    {
      id: 'return-finalizers',
      title: 'Take off finalizers that the older operator does not know',
      needs: [`return-${release}`],
      async run() {
        const found = await releaseUnknown(host.cluster, finalizers, text => talk.reporter.warn(text))
        const detail = found === 0 ? 'there are none' : `taken off ${found} objects`
        return { changed: found > 0, detail }
      },
    },
  ]
}

/** Gives how many were taken off, and tells what could not be. @throws SealiftError CLUSTER_* when nothing can be listed */
async function releaseUnknown(
  cluster: Pick<Cluster, 'list' | 'releaseFinalizer'>,
  known: readonly string[],
  warn: (text: string) => void,
): Promise<number> {
  let released = 0
  for (const kind of held)
    for (const object of await cluster.list(kind)) {
      const all = finalizersOf(object)
      // Not the operator's doing, and a call for each would hold up the way back.
      if (all.length > most) continue
      for (const finalizer of all.filter(one => !known.includes(one))) {
        try {
          await cluster.releaseFinalizer(object, finalizer)
          released += 1
        } catch (error) {
          if (!(error instanceof SealiftError)) throw error
          const { name, namespace } = object.metadata
          const shown = `${kind.kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`
          warn(
            `${printable(shown)} keeps the finalizer ${printable(finalizer)}, which the older External Secrets Operator does not know: it cannot be deleted before somebody takes that off (${error.message})`,
          )
        }
      }
    }
  return released
}
