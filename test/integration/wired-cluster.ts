/** A real API server as an install leaves it: definitions of ESO, Sealift's namespaces, the admin's login, a way to Infisical. */
import { createCluster } from '../../src/adapters/cluster/index.ts'
import { managed } from '../../src/kernel/access/index.ts'
import { secretObject } from '../../src/kernel/owned/index.ts'
import { type Cluster, kinds } from '../../src/kernel/ports/index.ts'
import { markedFor } from '../../src/site/wire/index.ts'
import { adminPassword, type TenancyServers } from '../contract/infisical-tenancy/servers.ts'
import type { ApiServer } from '../support/apiserver.ts'
import { esoCrds } from '../support/connected/eso.ts'

/** Makes it so for site `bank`, with these namespaces of teams; what is forwarded goes to the servers' stand-in. */
export async function wiredCluster(
  api: ApiServer,
  { watched, session }: TenancyServers,
  namespaces: readonly string[],
): Promise<Cluster> {
  const { hostname, port } = new URL(watched.url)
  const forwardService = async () => ({ host: hostname, port: Number(port), close: async () => {} })
  const cluster = { ...createCluster({ kubeconfig: api.kubeconfig, environment: {} }), forwardService }
  for (const crd of await esoCrds()) await cluster.apply(crd)
  for (const name of ['sealift-system', 'infisical', 'external-secrets'])
    await cluster.apply(markedFor('bank', { ...kinds.namespace, metadata: { name, labels: managed } }))
  for (const name of namespaces) await cluster.apply({ ...kinds.namespace, metadata: { name } })
  const { organizationId } = session
  const login = { email: 'admin@site.local', password: adminPassword, organizationId }
  await cluster.apply(secretObject('sealift-system', 'infisical-admin', login))
  await cluster.apply(secretObject('infisical', 'infisical-secrets', { AUTH_SECRET: 'x' }))
  return cluster
}
