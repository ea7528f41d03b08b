import type { Reference } from '../../kernel/oci/index.ts'
import type { Place } from './download.ts'
import { ownEndpoint } from './endpoint.ts'
import type { Registries } from './registries.ts'

/**
 * Where something of a repository is asked for, mirrors first. `path` is `manifests/…` or `blobs/…`. A mirror is told
 * whose repository it is, as containerd does with `ns`: one that stands for every registry cannot know otherwise.
 */
export function registryPlaces(
  registries: Registries,
  { registry, repository: named }: Reference,
  path: string,
): Place[] {
  return registries.targets(registry, named).map(({ endpoint, repository }) => {
    const url = new URL(`${endpoint.base}/${repository}/${path}`)
    if (endpoint.host !== ownEndpoint(registry).host) url.searchParams.set('ns', registry)
    return { url, access: { names: endpoint.names, repository, scope: `repository:${repository}:pull` } }
  })
}

/** Where a file is asked for, mirrors first. */
export function webPlaces(registries: Registries, url: URL): Place[] {
  return registries.urls(url).map(place => ({ url: place, access: { names: [place.host] } }))
}
