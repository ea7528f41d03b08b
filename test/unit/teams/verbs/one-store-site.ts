/** A site in memory whose Infisical can be told that its projects share, for tests of the one store. */

import { type KubernetesObject, kinds } from '../../../../src/kernel/ports/index.ts'
import { environmentMark, environmentSecret, markOf } from '../../../../src/kernel/server-variables/index.ts'
import type { Tenancy } from '../../../../src/kernel/tenancy-file/index.ts'
import type { MemoryCluster } from '../../../support/memory-cluster.ts'
import { secretIn } from '../../site/wire/memory.ts'
import { tenancyOf } from '../tenancy/tenancies.ts'
import { answering, type StoresSite, storesSite } from './stores-site.ts'

/** A site with the store that an install makes. */
export interface OneStoreSite extends StoresSite {
  /** How often Infisical's pod was started. */
  readonly starts: () => number
}

const place = { name: 'infisical', namespace: 'infisical' }
const up = { replicas: 1, updatedReplicas: 1, availableReplicas: 1 }

/** The install's own store, as it is before teams are given its name. */
export const installsStore: KubernetesObject = {
  ...kinds.clusterSecretStore,
  metadata: { name: 'infisical-store', labels: { 'app.kubernetes.io/managed-by': 'sealift' } },
  spec: {
    provider: {
      infisical: {
        hostAPI: 'http://infisical.infisical.svc:8080',
        auth: {
          universalAuthCredentials: {
            clientId: { namespace: 'external-secrets', name: 'infisical-universal-auth', key: 'clientId' },
          },
        },
        secretsScope: {
          ...{ projectSlug: 'platform-shared', environmentSlug: 'prod', secretsPath: '/sealift-probe' },
        },
      },
    },
  },
}

/** Opens it; `confirming` may throw for somebody who does not mean it. */
export async function oneStoreSite(confirming: () => void = () => {}): Promise<OneStoreSite> {
  const site = await storesSite(confirming)
  const { cluster, server } = site
  const wired = { ENCRYPTION_KEY: 'k', AUTH_SECRET: 'a' }
  for (const namespace of ['sealift-system', 'infisical'])
    await cluster.apply(environmentSecret(namespace, { wired, more: {} }))
  let [starts, mark] = [0, undefined as string | undefined]
  const ready = answering(true)
  cluster.behaviour.react = async (object: KubernetesObject, self: MemoryCluster) => {
    await ready(object, self)
    if (object.kind !== 'Deployment' || markOf(object) === mark) return
    mark = markOf(object)
    starts += 1
    const variables = (await secretIn(cluster, 'infisical', 'infisical-secrets')) ?? {}
    server.sharing.told = variables['CROSS_PROJECT_SECRET_SHARING_ORG_WHITELIST'] === 'org'
    await self.applyAs('controller', { ...kinds.deployment, metadata: place, status: up })
  }
  const annotations = { 'sealift.dev/environment': String(await environmentMark(cluster, 'infisical')) }
  const spec = { replicas: 1, template: { metadata: { annotations } } }
  await cluster.applyAs('helm', { ...kinds.deployment, metadata: place, spec })
  await cluster.apply(installsStore)
  starts = 0
  for (const slug of ['talent-mesh', 'hr-platform'])
    for (const path of slug === 'talent-mesh' ? ['/ci', '/db/primary'] : ['/ci'])
      await server.createFolder(await idOf(site, slug), 'prod', path)
  return { ...site, starts: () => starts }
}

/** Id of a project. */
export async function idOf({ server }: Pick<StoresSite, 'server'>, slug: string): Promise<string> {
  return (await server.projects()).find(project => project.slug === slug)?.id ?? ''
}

/** A tenancy with the one store, that looks as `look` says. */
export function looking(look?: object, more: object = {}): Tenancy {
  return tenancyOf({
    projects: [
      { slug: 'talent-mesh', environments: ['dev', 'prod'] },
      { slug: 'hr-platform', environments: ['prod'] },
    ],
    stores: { layout: 'one-store', ...(look && { look }), ...more },
  })
}
