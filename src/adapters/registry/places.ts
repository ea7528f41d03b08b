import type { Reference } from '../../kernel/oci/index.ts'
import type { Place } from './download.ts'
import type { Registries } from './registries.ts'

/** Where something of a repository is asked for, mirrors first. `path` is `manifests/…` or `blobs/…`. */
export function registryPlaces(registries: Registries, reference: Reference, path: string): Place[] {
  return registries.targets(reference.registry, reference.repository).map(({ endpoint, repository }) => ({
    url: new URL(`${endpoint.base}/${repository}/${path}`),
    access: { names: endpoint.names, repository, scope: `repository:${repository}:pull` },
  }))
}

/** Where a file is asked for, mirrors first. */
export function webPlaces(registries: Registries, url: URL): Place[] {
  return registries.urls(url).map(place => ({ url: place, access: { names: [place.host] } }))
}
