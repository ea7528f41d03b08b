/** CloudNativePG's own definitions of its kinds, out of its Go module. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { KubernetesObject } from '../../../src/kernel/ports/index.ts'
import { parseYaml } from '../../../src/kernel/yaml/index.ts'
import { goModule } from '../tools/module.ts'

const moduleName = 'github.com/cloudnative-pg/cloudnative-pg'
const plurals = ['clusters', 'databases', 'databaseroles'] as const

/** The CRDs of 1.30.0. */
export async function definitions(): Promise<KubernetesObject[]> {
  const folder = join(await goModule(moduleName, import.meta.dirname), 'config/crd/bases')
  const read = async (plural: string) =>
    parseYaml(await readFile(join(folder, `postgresql.cnpg.io_${plural}.yaml`), 'utf8')) as KubernetesObject
  return await Promise.all(plurals.map(read))
}

/** As much of them as a cluster in memory looks at. */
export function smallDefinitions(known: readonly string[] = plurals): KubernetesObject[] {
  const kindOf = { clusters: 'Cluster', databases: 'Database', databaseroles: 'DatabaseRole' } as const
  return plurals
    .filter(plural => known.includes(plural))
    .map(plural => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.postgresql.cnpg.io` },
      spec: {
        group: 'postgresql.cnpg.io',
        scope: 'Namespaced',
        names: { kind: kindOf[plural] },
        versions: [{ name: 'v1' }],
      },
    }))
}
