import { printable } from '../../kernel/errors/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'
import { type Found, fault, ok } from './found.ts'
import { type Owner, ownerOf } from './operator.ts'

/**
 * Whether what a release would make is free, or its own: helm takes over nothing that does not bear its marks.
 * @param live what is there under the names of the release's objects
 */
export function judgeObjects(live: readonly KubernetesObject[], { release, namespace }: Owner): Found {
  const others = live.filter(object => {
    const owner = ownerOf(object)
    return owner?.release !== release || owner.namespace !== namespace
  })
  if (others.length === 0)
    return ok(
      live.length === 0
        ? 'nothing is there under its names'
        : `all ${live.length} that are there are its own`,
    )
  const shown = others.map(object => {
    const owner = ownerOf(object)
    const whose = owner ? `release ${owner.release} in namespace ${owner.namespace}` : 'nobody by its marks'
    return printable(`${object.kind} ${object.metadata.name} (${whose})`, 300)
  })
  const more = shown.length > 10 ? `, and ${shown.length - 10} more` : ''
  return fault(
    `somebody else's are there under its names: ${shown.slice(0, 10).join(', ')}${more}`,
    'remove what made them, or choose another release name in bundle.yaml',
  )
}
