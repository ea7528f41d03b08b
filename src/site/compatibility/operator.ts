import { coerce, parse } from 'semver'
import { printable } from '../../kernel/errors/index.ts'
import { fieldsOf, mappingsOf } from '../../kernel/objects/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'
import type { Finding } from './finding.ts'

// The order of External Secrets Operator's minors, the last of each major (external-secrets.io, introduction/stability-support).
const lastMinors: Readonly<Record<number, number>> = { 0: 20, 1: 3 }

/**
 * Whether one version of External Secrets Operator may follow another. Upstream supports its newest minor alone, and asks
 * for one minor at a time (introduction/stability-support); across 0.16 and 0.17, where v1beta1 went, that is a must. Else
 * a leap is a doubt: 2.9 over 0.20 was measured, and lost nothing. @param here, next versions of its chart
 */
export function judgeMinors(here: string, next: string): Finding {
  const id = 'eso/minor'
  const [from, to] = [here, next].map(version => parse(version) ?? coerce(version))
  const step = printable(`External Secrets Operator ${here}, then ${next}`)
  if (!from || !to)
    return { id, ok: 'doubt', seen: `${step}: not both are versions`, hint: 'compare by hand' }
  if (to.compare(from) < 0)
    return {
      id,
      ok: 'no',
      seen: `${step}: that is a downgrade`,
      hint: 'take a bundle with that version or a newer',
    }
  const same = from.major === to.major && to.minor - from.minor <= 1
  const nextMajor = to.major === from.major + 1 && to.minor === 0 && lastMinors[from.major] === from.minor
  if (same || nextMajor) return { id, ok: 'yes', seen: step }
  const old = from.major === 0 && from.minor < 17
  const hint = old
    ? 'carry the minors between, up to 0.17, one bundle each: v1beta1 stops being served on the way'
    : 'upstream asks for one minor at a time: carry those between, or try this step on a copy of the site'
  return { id, ok: old ? 'no' : 'doubt', seen: `${step}: more than one minor`, hint }
}

/**
 * Whether definitions that are here name a stored version that the new ones no longer have: the API server refuses those.
 * @param here, next CustomResourceDefinitions (apiextensions.k8s.io/v1)
 */
export function judgeStored(here: readonly KubernetesObject[], next: readonly KubernetesObject[]): Finding[] {
  const live = new Map(here.map(crd => [crd.metadata.name, crd]))
  return next.flatMap(({ metadata, spec }) => {
    const { storedVersions } = fieldsOf(live.get(metadata.name)?.['status'])
    if (!Array.isArray(storedVersions)) return []
    const known = mappingsOf(fieldsOf(spec)['versions']).map(({ name }) => name)
    const lost = storedVersions.filter(one => typeof one === 'string' && !known.includes(one))
    if (lost.length === 0) return []
    const shown = printable(metadata.name)
    return {
      ...{ id: `crd/stored/${shown}`, ok: 'no' as const },
      seen: `${shown} may hold objects stored as ${printable(lost.join(', '))}, which the new definition does not have`,
      hint: `have every object written anew (kubectl get ${shown} -A -o yaml | kubectl replace -f -), then take the version out of status.storedVersions`,
    }
  })
}
