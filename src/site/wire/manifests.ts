import type { KubernetesObject, SiteHost } from '../../kernel/ports/index.ts'
import { parseYaml } from '../../kernel/yaml/index.ts'

/** The objects of manifests/ that Sealift applies itself, placeholders not filled yet. */
export interface Manifests {
  readonly clusterSecretStore: KubernetesObject
  readonly probeExternalSecret: KubernetesObject
  readonly systemNamespace: KubernetesObject
}

/** Reads the objects that ship with Sealift. */
export async function readManifests(shipped: SiteHost['manifests']): Promise<Manifests> {
  const read = async (name: string) => parseYaml(await shipped(name)) as KubernetesObject
  const [clusterSecretStore, probeExternalSecret, systemNamespace] = await Promise.all([
    read('cluster-secret-store'),
    read('probe-external-secret'),
    read('system-namespace'),
  ])
  return { clusterSecretStore, probeExternalSecret, systemNamespace }
}

/**
 * A copy with every `${name}` filled. The text is filled after parsing, so that no value can become structure.
 * @throws Error when a name has no value: a fault of ours
 */
export function fill(manifest: KubernetesObject, values: Readonly<Record<string, string>>): KubernetesObject {
  return fillValue(manifest, values) as KubernetesObject
}

function fillValue(value: unknown, values: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string')
    return value.replace(/\$\{(\w+)\}/g, (_, name: string) => {
      const filled = values[name]
      if (filled === undefined) throw new Error(`no value for ${name} in a manifest`)
      return filled
    })
  if (Array.isArray(value)) return value.map(item => fillValue(item, values))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillValue(item, values)]))
}
