import { printable } from '../../kernel/errors/index.ts'
import { fieldsOf, versionsIn } from '../../kernel/objects/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'
import { doubt, type Finding, no, yes } from './finding.ts'

/**
 * Versions in which a definition's objects may be stored, and which another one that is to take its place does not have, or
 * serves no longer (apiextensions.k8s.io/v1, status.storedVersions): the API server refuses the first.
 */
export function lostVersions(live: KubernetesObject, wanted: KubernetesObject): string[] {
  const kept = versionsIn(wanted, 'served')
  return storedIn(live).filter(version => !kept.includes(version))
}

/** Whether objects can be stored anew, as the live definition has them now, so that those versions are needed no longer. */
export function canStoreAnew(live: KubernetesObject, wanted: KubernetesObject): boolean {
  const [now] = versionsIn(live, 'storage')
  return now !== undefined && versionsIn(wanted, 'served').includes(now)
}

/**
 * Whether the definitions that an upgrade brings can take the place of those that are here.
 * @param live those that are here, of any kind
 * @param wanted those that the new charts bring
 */
export function judgeDefinitions(
  live: readonly KubernetesObject[],
  wanted: readonly KubernetesObject[],
): Finding[] {
  const here = new Map(live.map(crd => [crd.metadata.name, crd]))
  const pairs = wanted.flatMap(crd => {
    const there = here.get(crd.metadata.name)
    return there === undefined ? [] : [[there, crd] as const]
  })
  const found = pairs.flatMap(([there, crd]) => [...stored(there, crd), ...served(there, crd)])
  if (found.length > 0) return found
  return [yes('definitions', `${pairs.length} of ${wanted.length} are here, and keep every version in use`)]
}

function stored(live: KubernetesObject, wanted: KubernetesObject): Finding[] {
  const lost = lostVersions(live, wanted)
  if (lost.length === 0) return []
  const { name } = wanted.metadata
  const id = `stored-versions/${printable(name)}`
  const seen = printable(`objects of ${name} may be stored as ${lost.join(', ')}, which the new one has not`)
  if (canStoreAnew(live, wanted))
    return [
      doubt(
        id,
        seen,
        'the upgrade stores each of them anew, as it is, and takes that version out of status.storedVersions',
      ),
    ]
  return [
    no(
      id,
      `${seen}, and the version that they are stored in now goes as well`,
      'upgrade by a bundle whose definitions have both versions first',
    ),
  ]
}

function served(live: KubernetesObject, wanted: KubernetesObject): Finding[] {
  const kept = versionsIn(wanted, 'served')
  const gone = versionsIn(live, 'served').filter(version => !kept.includes(version))
  if (gone.length === 0) return []
  const { name } = wanted.metadata
  return [
    doubt(
      `served-versions/${printable(name)}`,
      printable(`${name} is served no longer as ${gone.join(', ')}: whoever applies that is refused then`),
      `bring manifests to ${printable(kept.join(' or '))} before: sealift migrate stores shows how`,
    ),
  ]
}

function storedIn({ status }: KubernetesObject): string[] {
  const { storedVersions } = fieldsOf(status)
  return Array.isArray(storedVersions) ? storedVersions.filter(one => typeof one === 'string') : []
}
