import { count, printable } from '../../kernel/errors/index.ts'
import type { Cluster, Helm, KubernetesObject } from '../../kernel/ports/index.ts'
import { ownObjects, type ReleaseName } from '../release/index.ts'
import type { Finding } from './finding.ts'
import { isOfHelm3, othersFields } from './managed-fields.ts'

/** What helm has on record of a release, and whose the fields of its objects are. @throws SealiftError HELM_FAILED, CLUSTER_* */
export async function judgeRelease(
  cluster: Pick<Cluster, 'get'>,
  helm: Pick<Helm, 'status'>,
  name: ReleaseName,
  wanted?: readonly KubernetesObject[],
): Promise<Finding[]> {
  const { release, namespace } = name
  const found = await helm.status(release, namespace)
  if (found === undefined) return []
  const state = judgeState(release, found)
  const objects = wanted ?? ownObjects(found.manifest, name)
  const pairs = objects.map(async object => {
    const { name: own, namespace: place = namespace } = object.metadata
    return { object, live: await cluster.get(object, own, place) }
  })
  const there = (await Promise.all(pairs)).flatMap(({ object, live }) => (live ? [{ object, live }] : []))
  const others = there.flatMap(({ object, live }) =>
    othersFields(live, object).map(field =>
      printable(`${object.kind} ${object.metadata.name}, ${field}`, 400),
    ),
  )
  const old = there.filter(({ live }) => isOfHelm3(live)).length
  return [
    state,
    ...(others.length === 0
      ? [{ id: `release/fields/${release}`, ok: 'yes' as const, seen: 'nobody else has set what it wants' }]
      : [
          {
            ...{ id: `release/fields/${release}`, ok: 'doubt' as const },
            seen: `somebody else has set ${count(others.length, 'field')} that it wants: ${others.slice(0, 10).join('; ')}`,
            hint: 'an upgrade takes them back: set them in the values of the bundle if they are meant',
          },
        ]),
    ...(old === 0
      ? []
      : [
          {
            ...{ id: `release/helm3/${release}`, ok: 'doubt' as const },
            seen: `${count(old, 'object')} of release ${release} were written by helm 3, by updates`,
            hint: 'fields that helm 3 wrote and the chart drops may stay: compare after the upgrade with sealift plan',
          },
        ]),
  ]
}

function judgeState(
  release: string,
  { revision, status }: { readonly revision: number; readonly status: string },
): Finding {
  const id = `release/state/${release}`
  const seen = printable(`revision ${revision} of release ${release} is ${status}`)
  if (status === 'deployed') return { id, ok: 'yes', seen }
  if (status.startsWith('pending-') || status === 'uninstalling')
    return {
      ...{ id, ok: 'no' as const, seen: `${seen}: a helm was ended in the middle of it, or is at work` },
      hint: 'if nobody’s helm is at work, run sealift install with the bundle that is installed: it mends it',
    }
  return { id, ok: 'doubt', seen, hint: 'sealift check says whether what is installed works' }
}
