import { count, printable } from '../../kernel/errors/index.ts'
import { fieldsOf, textsIn, versionsIn } from '../../kernel/objects/index.ts'
import { isTerminating, type KubernetesObject } from '../../kernel/ports/index.ts'
import { type Found, fault, ok, together, warning } from './found.ts'

/** A release as helm marks what it made. */
export interface Owner {
  readonly release: string
  readonly namespace: string
}

/** Whose a live object is, by the marks of helm; nothing where it bears none. */
export function ownerOf({ metadata }: KubernetesObject): Owner | undefined {
  const marks = textsIn(metadata.annotations)
  const [release, namespace] = [marks['meta.helm.sh/release-name'], marks['meta.helm.sh/release-namespace']]
  return release === undefined || namespace === undefined ? undefined : { release, namespace }
}

/**
 * What other External Secrets Operators run here: two would fight over every store.
 * @param deployments those labelled `app.kubernetes.io/name=external-secrets`, of all namespaces
 * @param namespaces those of the bundle's releases
 */
export function judgeOperators(
  deployments: readonly KubernetesObject[],
  namespaces: readonly string[],
): Found {
  const others = deployments.filter(({ metadata }) => !namespaces.includes(metadata.namespace ?? ''))
  const own = deployments.filter(one => !others.includes(one)).map(versionWords)
  if (others.length === 0) return ok(own.length > 0 ? `only ours: ${own.join(', ')}` : 'none runs here')
  return fault(
    `External Secrets Operator runs here already: ${others.map(versionWords).join(', ')}`,
    'remove it, or have one operator serve all: two would fight over every store',
  )
}

function versionWords({ metadata }: KubernetesObject): string {
  const version = metadata.labels?.['app.kubernetes.io/version']
  const shown = version === undefined ? '' : ` ${version}`
  return printable(`${metadata.name}${shown} in namespace ${metadata.namespace}`)
}

/** The mark of CRDs that Sealift applied for a release. */
const appliedFor = 'dev.sealift/release'

/**
 * Whether the custom resource definitions of External Secrets Operator that are here are ours, or can become so
 * (apiextensions.k8s.io/v1). `owner` is the bundle's release.
 */
export function judgeCrds(crds: readonly KubernetesObject[], owner: Owner): Found {
  if (crds.length === 0) return ok('there are none yet')
  const findings: Found[] = []
  const listed = (some: readonly KubernetesObject[]) => {
    const names = some.map(({ metadata }) => metadata.name).sort()
    const more = names.length > 3 ? `, and ${names.length - 3} more` : ''
    return printable(`${names.slice(0, 3).join(', ')}${more}`, 400)
  }
  const ours = (crd: KubernetesObject) => textsIn(crd.metadata.labels)[appliedFor] === owner.release
  const owned = Map.groupBy(
    crds.filter(crd => !ours(crd)),
    crd => {
      const { release, namespace } = ownerOf(crd) ?? {}
      return release === undefined ? '' : `release ${release} in namespace ${namespace}`
    },
  )
  for (const [whose, some] of owned) {
    if (whose === '')
      findings.push(
        warning(
          `nobody's mark is on ${listed(some)}: an earlier operator may have left them`,
          'an install takes them over, as they are in the bundle; delete them only if no secret is synced by them',
        ),
      )
    else
      findings.push(
        fault(
          `${printable(whose)} made ${listed(some)}`,
          'remove that release, or have it let go of its CRDs (helm.sh/resource-policy: keep), before this one has them',
        ),
      )
  }
  const old = crds.filter(crd => isMain(crd) && !servedIn(crd).includes('v1'))
  if (old.length > 0)
    findings.push(
      fault(
        `${listed(old)} ${old.length === 1 ? 'is' : 'are'} served in ${[...new Set(old.flatMap(servedIn))].join(', ') || 'no version'} only: an operator before 0.16`,
        'upgrade it to 0.16 and its objects to v1 first (sealift migrate stores), then a minor at a time',
      ),
    )
  const stale = crds.filter(crd => isMain(crd) && storedIn(crd).some(version => version !== 'v1'))
  const [movable, stuck] = [true, false].map(can => stale.filter(crd => isStoredAsV1(crd) === can))
  for (const some of [movable, stuck]) {
    if (some === undefined || some.length === 0) continue
    const versions = [...new Set(some.flatMap(storedIn).filter(version => version !== 'v1'))].join(', ')
    const seen = `${listed(some)} may hold objects stored as ${versions}: the server refuses a definition without that version`
    if (some === movable)
      findings.push(
        warning(
          seen,
          'an install or an upgrade has each of them stored anew, as it is, and takes that version out of status.storedVersions; have a backup of them',
        ),
      )
    else
      findings.push(
        fault(seen, 'have an operator here whose definitions store v1 first: 0.16, then a minor at a time'),
      )
  }
  const going = crds.filter(isTerminating)
  if (going.length > 0)
    findings.push(
      fault(`${listed(going)}: being deleted`, 'wait until they are gone, or see what their finalizers hold'),
    )
  return together(findings, ok(`${count(crds.length, 'definition')}, ours`))
}

/** The kinds that went from v1beta1 to v1; generators and PushSecret have versions of their own. */
function isMain({ spec }: KubernetesObject): boolean {
  const { group, names } = fieldsOf(spec)
  const kinds = ['ExternalSecret', 'ClusterExternalSecret', 'SecretStore', 'ClusterSecretStore']
  return group === 'external-secrets.io' && kinds.includes(textsIn(names)['kind'] ?? '')
}

const isStoredAsV1 = (crd: KubernetesObject) => versionsIn(crd, 'storage').includes('v1')
const servedIn = (crd: KubernetesObject) => versionsIn(crd, 'served').map(name => printable(name))

function storedIn({ status }: KubernetesObject): string[] {
  const { storedVersions } = fieldsOf(status)
  return Array.isArray(storedVersions)
    ? storedVersions.flatMap(one => (typeof one === 'string' ? [printable(one)] : []))
    : []
}
