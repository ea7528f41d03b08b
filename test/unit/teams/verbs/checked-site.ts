/** A site in memory whose stores are looked at: what its Infisical has, and what External Secrets Operator has made. */
import { expect } from 'vitest'
import { managed } from '../../../../src/kernel/access/index.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { checkFault, checkStores } from '../../../../src/teams/verbs/stores-check.ts'
import type { MemoryReading } from '../../../support/memory-reading.ts'
import { tenancyOf } from '../tenancy/tenancies.ts'
import { type StoresSite, storesSite } from './stores-site.ts'

/** Where secrets are, when nothing else is said. */
export const place = { project: 'talent-mesh', environment: 'prod', path: '/' }
export let site: StoresSite
export let reading: MemoryReading

/** Opens it anew, with a store and a secret. */
export async function openSite(): Promise<void> {
  site = await storesSite()
  site.cluster.behaviour.react = () => {}
  reading = site.infisical.folderReading
  for (const name of ['talent-mesh', 'stranger'])
    await site.cluster.apply({ ...kinds.namespace, metadata: { name } })
  await store({})
  reading.put(place, 'PASSWORD', 'geheim')
  await site.cluster.apply({
    ...kinds.crd,
    metadata: { name: 'pushsecrets.external-secrets.io' },
    spec: {
      ...{ group: 'external-secrets.io', scope: 'Namespaced', names: { kind: 'PushSecret' } },
      versions: [{ name: 'v1alpha1' }],
    },
  })
}

/** Makes a ClusterSecretStore, of Sealift's unless its labels are others. */
export const store = (scope: object, name = 'talent-mesh.prod', labels: Record<string, string> = managed) =>
  site.cluster.applyAs('test', {
    ...{ ...kinds.clusterSecretStore, metadata: { name, labels } },
    spec: {
      conditions: [{ namespaces: ['talent-mesh'] }],
      provider: {
        infisical: {
          secretsScope: {
            ...{ projectSlug: 'talent-mesh', environmentSlug: 'prod', expandSecretReferences: false },
            ...scope,
          },
        },
      },
    },
  })
/** What External Secrets Operator says of an object just now. */
export const synced = (reason = 'SecretSynced', status = 'True') => ({
  refreshTime: new Date(site.clock.now()).toISOString(),
  conditions: [{ type: 'Ready', status, reason }],
})
/** Makes the ExternalSecret `db`. */
export async function brings(spec: object, status: object = synced()): Promise<void> {
  await site.cluster.applyAs('team', {
    ...{ ...kinds.externalSecret, metadata: { name: 'db', namespace: 'talent-mesh' } },
    spec: {
      refreshInterval: '1h',
      secretStoreRef: { kind: 'ClusterSecretStore', name: 'talent-mesh.prod' },
      ...spec,
    },
    status,
  })
}
/** One entry of `data`, for the key `p`. */
export const one = (key: string, remote = {}) => ({
  data: [{ secretKey: 'p', remoteRef: { key, ...remote } }],
})
/** Makes a Secret of these values. */
export const secret = (values: Readonly<Record<string, string>>, name = 'db', labels = {}) =>
  site.cluster.applyAs('eso', {
    ...{ ...kinds.secret, metadata: { name, namespace: 'talent-mesh', labels } },
    data: Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    ),
  })
const tenancy = () =>
  tenancyOf({
    projects: [{ slug: 'talent-mesh', environments: ['prod'] }],
    stores: { layout: 'store-per-environment', serve: [] },
  })
/** The verb. */
export const check = () => checkStores({ site: 'bank', tenancy: tenancy() }, site.host, site.talk)
/** What it finds, a line each; that it tells no value holds each time. */
export async function found() {
  const checked = await check()
  expect(JSON.stringify([checked, checkFault(checked)])).not.toContain('geheim')
  return checked.findings.map(({ object, says, is }) => `${object} (${says}): ${is}`)
}
