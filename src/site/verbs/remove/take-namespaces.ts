import { isManaged, siteOf } from '../../../kernel/access/index.ts'
import { type Cluster, kinds } from '../../../kernel/ports/index.ts'
import { leaveNamespace, stays } from '../../wire/index.ts'
import type { Take } from './take.ts'

/** Takes those that Sealift made, side by side: each takes seconds, whatever is in it. Gives what is left, with the reason. */
export async function takeNamespaces(
  names: readonly string[],
  cluster: Cluster,
  take: Take,
): Promise<string[]> {
  const taking = names.map(async (name): Promise<string[]> => {
    const namespace = await cluster.get(kinds.namespace, name)
    if (!isManaged(namespace)) return []
    const known = siteOf(namespace) !== undefined
    if (!stays(namespace) && known) {
      await take(`namespace ${name}`, () => cluster.delete(kinds.namespace, name))
      return []
    }
    await take(`Sealift's own in namespace ${name}`, () => leaveNamespace(cluster, name))
    return [
      `namespace ${name}: ${known ? 'it was there before' : 'no install is on record as having made it'}`,
    ]
  })
  await Promise.allSettled(taking)
  return (await Promise.all(taking)).flat()
}
