/** A whole site in memory: helm, ESO and Infisical do their work in it, so that an install comes to its end. */
import { type KubernetesObject, kinds, type SiteHost } from '../../../../src/kernel/ports/index.ts'
import { parseManifests } from '../../../../src/kernel/yaml/index.ts'
import type { MemoryCluster } from '../../../support/memory-cluster.ts'
import { type MemoryChart, type MemoryHelm, memoryHelm } from '../../../support/memory-helm.ts'
import type { MemoryRuntime } from '../../../support/memory-runtime.ts'
import { type MemoryInfisical, memoryInfisical } from '../wire/memory-infisical.ts'
import { memorySite } from './memory-site.ts'

/** What a test may look at and change. */
export interface MemoryWorld {
  readonly host: SiteHost
  readonly cluster: MemoryCluster
  readonly runtime: MemoryRuntime
  readonly helm: MemoryHelm
  readonly infisical: MemoryInfisical
}

const esoGroup = 'external-secrets.io'
const crd = (kind: string, scope: string): KubernetesObject => ({
  ...kinds.crd,
  metadata: { name: `${kind.toLowerCase()}s.${esoGroup}` },
  spec: { group: esoGroup, scope, names: { kind }, versions: [{ name: 'v1', served: true, storage: true }] },
})

const eso: MemoryChart = ({ installCRDs = true }) =>
  parseManifests(`
apiVersion: apps/v1
kind: Deployment
metadata: { name: external-secrets }
spec: { replicas: 1, template: { spec: { containers: [{ name: eso, image: r.io/eso:1 }] } } }
---
apiVersion: v1
kind: Service
metadata: { name: external-secrets-webhook }
spec: { ports: [{ port: 443 }] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: external-secrets }
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: secretstore-validate }
webhooks: [{ name: validate, clientConfig: { service: { name: external-secrets-webhook, namespace: eso } } }]
`).concat(
    installCRDs ? [crd('ClusterSecretStore', 'Cluster'), crd('ExternalSecret', 'Namespaced')] : [],
  ) as KubernetesObject[]

/** Upstream's chart renders the time of day into the pod. */
function infisicalChart(): MemoryChart {
  let second = 0
  return ({ infisical, newer }) => {
    const { fullnameOverride: name = 'demo-standalone', podAnnotations = {} } = (infisical ?? {}) as {
      fullnameOverride?: string
      podAnnotations?: Record<string, string>
    }
    const updatedAt = new Date(1_795_000_000_000 + 1000 * second++).toISOString()
    const annotations = { updatedAt, ...podAnnotations }
    const container = { name: 'infisical', image: `r.io/infisical:${newer ? 2 : 1}` }
    return [
      {
        ...kinds.deployment,
        metadata: { name, annotations: { updatedAt } },
        spec: { replicas: 1, template: { metadata: { annotations }, spec: { containers: [container] } } },
      },
      { ...kinds.service, metadata: { name }, spec: { ports: [{ port: 8080 }] } },
    ]
  }
}

/** Makes it; nothing is installed yet. */
export async function memoryWorld(): Promise<MemoryWorld> {
  const { cluster, runtime, host } = await memorySite()
  const infisical = memoryInfisical()
  const helm = memoryHelm(cluster, { eso, demo: infisicalChart() })
  cluster.behaviour.services = { 'demo/infisical:8080': { host: '127.0.0.1', port: 1 } }
  cluster.behaviour.react = object => act(object, cluster, infisical)
  return {
    ...{ cluster, runtime, helm, infisical },
    host: { ...host, infisical: () => infisical, helmFrom: async () => helm },
  }
}

/** The controllers: pods come up; ESO calls a store ready and makes Secrets, while it has its credentials. */
async function act(object: KubernetesObject, cluster: MemoryCluster, infisical: MemoryInfisical) {
  const { kind, metadata, spec } = object
  const up = { observedGeneration: 1, updatedReplicas: 1, availableReplicas: 1 }
  const as = (status: object) =>
    cluster.applyAs('controller', { ...bare(object), status } as KubernetesObject)
  if (kind === 'Namespace')
    await cluster.apply({ ...kinds.serviceAccount, metadata: { name: 'default', namespace: metadata.name } })
  if (kind === 'Deployment') await as(up)
  const ready = { conditions: [{ type: 'Ready', status: 'True' }] }
  if (kind === 'ClusterSecretStore' && (await cluster.get(kinds.secret, 'infisical-universal-auth', 'eso')))
    await as(ready)
  if (kind !== 'ExternalSecret') return
  const { data, target } = spec as { data: { remoteRef: { key: string } }[]; target: { name: string } }
  const value = infisical.secrets.get(`prod/sealift-probe/${data[0]?.remoteRef.key}`) ?? ''
  const made = { name: target.name, namespace: metadata.namespace ?? '' }
  const secret = { ...kinds.secret, metadata: made, data: { value: Buffer.from(value).toString('base64') } }
  await cluster.applyAs('eso', secret)
}

/** An object's name alone, for an apply of something else of it. */
function bare({ apiVersion, kind, metadata: { name, namespace } }: KubernetesObject) {
  return { apiVersion, kind, metadata: { name, ...(namespace ? { namespace } : {}) } }
}
