import { count } from '../../kernel/errors/index.ts'
import { textsIn } from '../../kernel/objects/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'
import type { Admission } from '../release/index.ts'
import { type Found, fault, ok, together, warning } from './found.ts'

/** Where pods were tried. */
export interface TriedIn {
  /** The release's namespace. */
  readonly namespace: string
  /** The one in which they were tried instead, where the release's is not there yet. */
  readonly instead?: string
  /** The level of Pod Security that it enforces, where it says one. */
  readonly level?: string | undefined
}

/** The level that a namespace enforces by its own label (kubernetes.io/docs/concepts/security/pod-security-admission). */
export function podSecurityOf(namespace: KubernetesObject): string | undefined {
  return textsIn(namespace.metadata.labels)['pod-security.kubernetes.io/enforce']
}

/** Whether what a release would start is let in, by what the API server said of its pods. */
export function judgeAdmission({ refusals, doubts }: Admission, tried: TriedIn): Found {
  const { namespace, instead, level } = tried
  const where =
    instead === undefined
      ? `tried in namespace ${namespace}${level === undefined ? '' : `, which enforces Pod Security ${level}`}`
      : `namespace ${namespace} is not there yet: tried in ${instead} instead, which no label of Pod Security sets apart either; policies that go by a namespace’s name may say otherwise`
  const next = `change what refuses them (labels pod-security.kubernetes.io/*, quotas, policies), or the values in the bundle`
  const findings = [
    ...refusals.map(said => fault(said, next)),
    ...doubts.map(said =>
      warning(said, 'see what stands between: kubectl get validatingwebhookconfigurations'),
    ),
  ]
  if (findings.length === 0) return ok(`each pod would be let in; ${where}`)
  const found = together(findings, ok(''))
  const some = count(refusals.length + doubts.length, 'pod')
  return { ...found, seen: `${some}, ${where}: ${found.seen}` }
}
