import type { LoadingWayName, Site } from '../../kernel/inputs/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'
import type { Where } from '../../kernel/rights/index.ts'
import type { ReleaseName } from '../release/index.ts'

/** What a chart renders to, as helm applies it: hooks are among it, CRDs that Sealift applies itself are not. */
export interface ReleaseObjects extends ReleaseName {
  readonly objects: readonly KubernetesObject[]
  /** CRDs that Sealift applies before the release. */
  readonly crds: readonly KubernetesObject[]
}

/** What the rights are for. */
export interface RightsOf extends Where {
  readonly site: Site
  readonly releases: readonly ReleaseObjects[]
  /** How images come to the nodes, where it is said; the usual way otherwise. */
  readonly load?: LoadingWayName | undefined
  /**
   * How the Roles of charts may be made: by holding all that they grant, or with `escalate` and `bind` on their names
   * (kubernetes.io/docs/reference/access-authn-authz/rbac, privilege escalation prevention).
   */
  readonly grants: 'hold' | 'escalate'
}
