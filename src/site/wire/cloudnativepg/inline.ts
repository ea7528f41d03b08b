import { printable, SealiftError } from '../../../kernel/errors/index.ts'
import { waitFor } from '../../../kernel/owned/index.ts'
import { type KubernetesObject, kinds } from '../../../kernel/ports/index.ts'
import type { Making } from './making.ts'
import { stanza } from './wanted.ts'

/** For a person to read it, find the Cluster's manifest, and have it applied. */
const forPeople = 15 * 60_000

/**
 * Waits until a role can log in that only the Cluster's own list can have made: operators before 1.30 know no other
 * way, and the Cluster is somebody else's to change. Says what to add to it.
 * @throws SealiftError DATABASE_DENIED when nobody has, or the operator could not, CLUSTER_*
 */
export async function untilInline(
  { cluster, at, target, patience, tell }: Making,
  secret: KubernetesObject,
  takes: () => Promise<boolean>,
): Promise<void> {
  const { namespace, name } = at
  const text = stanza(at, target)
  const listed = at.inline.some(role => role.name === target.user)
  if (!listed)
    tell(
      `CloudNativePG before 1.30 makes roles only for the Cluster itself. Add this to Cluster ${namespace}/${name}; it is waited for:`,
      text.split('\n'),
    )
  patience.progress?.(`waiting for role ${target.user} in spec.managed.roles of Cluster ${namespace}/${name}`)
  let trouble: readonly string[] = []
  const done = await waitFor({ ...patience, timeout: listed ? 120_000 : forPeople }, async () => {
    if (await takes()) return true
    const live = await cluster.get(kinds.cnpgCluster, name, namespace)
    const { managedRolesStatus } = (live?.['status'] ?? {}) as {
      managedRolesStatus?: { cannotReconcile?: Readonly<Record<string, readonly string[]>> }
    }
    trouble = managedRolesStatus?.cannotReconcile?.[target.user] ?? []
    return undefined
  })
  if (done !== undefined) return
  const why = trouble.length > 0 ? printable(trouble.join('; '), 500) : 'it is not taken at the server'
  throw new SealiftError(
    'DATABASE_DENIED',
    `role ${target.user} cannot log in yet, by Secret ${namespace}/${secret.metadata.name} in spec.managed.roles of Cluster ${namespace}/${name}: ${why}`,
    { hints: [`have this in the Cluster, then run this again:\n${text}`] },
  )
}
