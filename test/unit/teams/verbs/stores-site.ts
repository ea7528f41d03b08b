/** A site in memory with the decision's projects on its server, and the verbs of stores on it. */

import { type KubernetesObject, kinds } from '../../../../src/kernel/ports/index.ts'
import type { Tenancy } from '../../../../src/kernel/tenancy-file/index.ts'
import { applyStoresAlone, type StoresApplied } from '../../../../src/teams/verbs/stores-apply/index.ts'
import { planStores, type StoresPlan } from '../../../../src/teams/verbs/stores-plan.ts'
import type { MemoryCluster } from '../../../support/memory-cluster.ts'
import { type MemoryTenancy, memoryTenancy } from '../../../support/memory-tenancy.ts'
import { tenancyOf } from '../tenancy/tenancies.ts'
import { type TeamsSite, teamsSite } from './teams-site.ts'

/** The site, and what a test does on it. */
export interface StoresSite extends TeamsSite {
  readonly server: MemoryTenancy
  readonly plan: (tenancy: Tenancy) => Promise<StoresPlan>
  readonly apply: (tenancy: Tenancy, prune?: readonly string[]) => Promise<StoresApplied>
  /** What was to be confirmed: a project's slug, and what would go of it. */
  readonly confirmed: string[]
}

const projects = [
  { slug: 'talent-mesh', environments: ['dev', 'staging', 'prod'] },
  { slug: 'hr-platform', environments: ['dev', 'staging', 'prod'] },
]

/** A tenancy whose stores are these, each `talent-mesh.prod` with its namespaces. */
export function serving(stores: Readonly<Record<string, readonly string[]>>): Tenancy {
  const serve = Object.entries(stores).map(([store, namespaces]) => {
    const [project, environment] = store.split('.')
    return { project, environment, namespaces }
  })
  return tenancyOf({ projects, stores: { layout: 'store-per-environment', serve } })
}

/** External Secrets Operator, as far as it says of a store whether it is ready. */
export function answering(ready: boolean) {
  return async ({ kind, apiVersion, metadata, status }: KubernetesObject, cluster: MemoryCluster) => {
    if (kind !== 'ClusterSecretStore' || status !== undefined) return
    const condition = { type: 'Ready', status: ready ? 'True' : 'False', reason: 'Said', message: 'by ESO' }
    await cluster.applyAs('eso', {
      ...{ apiVersion, kind, metadata: { name: metadata.name } },
      status: { conditions: [condition] },
    })
  }
}

/** Opens it; `confirming` may throw for somebody who does not mean it. */
export async function storesSite(confirming: () => void = () => {}): Promise<StoresSite> {
  const server = memoryTenancy()
  const site = await teamsSite(server)
  for (const { slug } of projects) await server.createProject({ slug, defaultEnvironments: true })
  site.cluster.behaviour.react = answering(true)
  const confirmed: string[] = []
  return {
    ...{ ...site, server, confirmed },
    plan: tenancy => planStores({ site: 'bank', tenancy }, site.host, site.talk),
    apply: (tenancy, prune = []) =>
      applyStoresAlone({ site: 'bank', tenancy, prune }, site.host, site.talk, async (project, removals) => {
        confirmed.push(project, ...removals.map(({ kind, name }) => `${kind} ${name}`))
        confirming()
      }),
  }
}

/** A store as it is in the cluster. */
export const storeIn = ({ cluster }: StoresSite, name: string) => cluster.get(kinds.clusterSecretStore, name)
