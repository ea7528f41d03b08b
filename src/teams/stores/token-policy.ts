import { isDeepStrictEqual } from 'node:util'
import { isManaged, managed, probeStoreName, tokenPolicy } from '../../kernel/access/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import { fieldsOf } from '../../kernel/objects/index.ts'
import { type Patience, waitFor } from '../../kernel/owned/index.ts'
import { type Cluster, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import type { Unmet } from '../tenancy/index.ts'
import type { Site } from './site.ts'

// ESO logs in as itself for every store that asks for it, with whatever identity that names, at whatever address. The
// namespaces that Sealift's own stores serve would mean nothing to a team that makes a SecretStore.

const used = 'object.?spec.?provider.?infisical.?auth.?kubernetesAuthCredentials.hasValue()'
// Its finalizers must be taken off one that goes; whoever holds it must not change what it says meanwhile.
const goes =
  "request.operation == 'UPDATE' && has(object.metadata.deletionTimestamp) && object.spec == oldObject.spec"

/** Fields of admissionregistration.k8s.io/v1, also those that an API server would fill in: another value is a way around it. */
const specs = {
  policy: {
    failurePolicy: 'Fail',
    matchConstraints: {
      ...{ matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} },
      resourceRules: [
        {
          ...{ apiGroups: ['external-secrets.io'], apiVersions: ['*'], resources: ['secretstores'] },
          ...{ operations: ['CREATE', 'UPDATE'], scope: '*' },
        },
      ],
    },
    validations: [
      {
        expression: `!${used} || (${goes})`,
        message:
          'a SecretStore must not log in to Infisical with kubernetesAuthCredentials: it would be External Secrets Operator itself, and could read what other teams have; use universalAuthCredentials, or a ClusterSecretStore that serves this namespace',
        reason: 'Forbidden',
      },
    ],
  },
  binding: { policyName: tokenPolicy, validationActions: ['Deny'] },
}

/** The policy, and what puts it into force. */
const wantedObjects: readonly KubernetesObject[] = [
  {
    ...kinds.validatingPolicy,
    metadata: { name: tokenPolicy, labels: managed },
    spec: specs.policy,
  },
  {
    ...kinds.validatingPolicyBinding,
    metadata: { name: tokenPolicy, labels: managed },
    spec: specs.binding,
  },
]

/**
 * Whether the policy and its binding are there, and say nothing else.
 * @throws SealiftError FOREIGN_INSTALL for one of their name that is not Sealift's, CLUSTER_*
 */
export async function tokenPolicyState(
  cluster: Pick<Cluster, 'get'>,
): Promise<'absent' | 'changed' | 'wanted'> {
  const found = await Promise.all(wantedObjects.map(wanted => cluster.get(wanted, tokenPolicy)))
  const there = found.filter(object => object !== undefined)
  const other = there.find(object => !isManaged(object))
  if (other !== undefined)
    throw new SealiftError(
      'FOREIGN_INSTALL',
      `${other.kind} ${tokenPolicy} is there already, and Sealift did not make it`,
      { hints: ['delete it, and run it again'] },
    )
  if (there.length === 0) return 'absent'
  const same = wantedObjects.every((wanted, i) => isDeepStrictEqual(found[i]?.['spec'], wanted['spec']))
  return same ? 'wanted' : 'changed'
}

/**
 * Makes the policy, and waits until the API server refuses such a SecretStore: none is stored.
 * @param namespace in which it is tried
 * @throws SealiftError CLUSTER_*, CLUSTER_FAILED also where it is not in force after a while
 */
export async function applyTokenPolicy(
  cluster: Cluster,
  namespace: string,
  patience: Patience,
): Promise<void> {
  for (const wanted of wantedObjects) {
    const applied = await cluster.apply(wanted)
    if (isDeepStrictEqual(applied['spec'], wanted['spec'])) continue
    // An apply leaves what somebody else has added, such as exceptions.
    await cluster.delete(wanted, tokenPolicy)
    await cluster.apply(wanted)
  }
  const tried = await waitFor({ timeout: 30_000, ...patience }, async () =>
    (await isRefused(cluster, namespace)) ? true : undefined,
  )
  if (tried !== undefined) return
  throw new SealiftError(
    'CLUSTER_FAILED',
    `ValidatingAdmissionPolicy ${tokenPolicy} is there, and the API server does not refuse what it forbids`,
    { hints: ['is the admission plugin ValidatingAdmissionPolicy off? or say login: universal-auth'] },
  )
}

async function isRefused(cluster: Cluster, namespace: string): Promise<boolean> {
  const identityId = { name: probeStoreName, key: 'identityId' }
  const secretsScope = { projectSlug: 'none', environmentSlug: 'none' }
  const infisical = { auth: { kubernetesAuthCredentials: { identityId } }, secretsScope }
  const metadata = { name: probeStoreName, namespace }
  try {
    await cluster.preview(
      { ...kinds.secretStore, metadata, spec: { provider: { infisical } } },
      'sealift',
      namespace,
    )
    return false
  } catch (error) {
    if (!(error instanceof SealiftError)) throw error
    // Others may refuse it as well, such as a webhook of ESO's that is asked after the policy.
    return [error.message, ...error.hints].some(text => text.includes(tokenPolicy))
  }
}

/** Takes the policy away. @throws SealiftError CLUSTER_* */
export async function deleteTokenPolicy(cluster: Pick<Cluster, 'delete'>): Promise<void> {
  for (const wanted of wantedObjects.toReversed()) await cluster.delete(wanted, tokenPolicy)
}

/** Why the login is not safe on a site; `never` where no such policy can be had. */
export interface LoginBars {
  readonly never: boolean
  readonly unmet: readonly Unmet[]
}

/** Finds what lets teams log in as ESO whatever policy is made. Where stores do not, nothing. @throws SealiftError CLUSTER_* */
export async function loginBars(
  cluster: Pick<Cluster, 'serves' | 'list'>,
  { account }: Pick<Site, 'account'>,
): Promise<LoginBars> {
  if (account === undefined) return { never: false, unmet: [] }
  for (const { kind, apiVersion } of wantedObjects) {
    if (await cluster.serves({ kind, apiVersion })) continue
    const why = `this API server has no ${kind} (Kubernetes has it from 1.30 on), and nothing else keeps teams' SecretStores from logging in as External Secrets Operator: say login: universal-auth`
    return { never: true, unmet: [{ name: 'login: kubernetes', why }] }
  }
  const stores = (await cluster.list(kinds.secretStore)).filter(loginsAsOperator)
  return {
    never: false,
    unmet: stores.map(({ metadata: { namespace, name } }) => ({
      name: `SecretStore ${namespace}/${name}`,
      why: 'it logs in to Infisical as External Secrets Operator, with whatever identity it names: delete it, or let it use universalAuthCredentials',
    })),
  }
}

/** Whether a store, of whatever kind, logs in to Infisical as ESO's own account. */
export function loginsAsOperator({ spec }: KubernetesObject): boolean {
  const { infisical } = fieldsOf(fieldsOf(spec)['provider'])
  return 'kubernetesAuthCredentials' in fieldsOf(fieldsOf(infisical)['auth'])
}
