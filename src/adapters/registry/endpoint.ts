import type { Reference } from '../../kernel/oci/index.ts'

/** One place where a registry, or a mirror of it, answers. */
export interface Endpoint {
  /** The API's root, `https://registry-1.docker.io/v2`, or a web server's root. Never with a slash at the end. */
  readonly base: string
  /** The host with its port: the key of its credentials and of its TLS settings. */
  readonly host: string
  /** Names under which credentials and TLS settings may be kept, in the order they are looked up. */
  readonly names: readonly string[]
}

/** The names that Docker Hub goes by: in an image name, as a server, and in Docker's config file. */
export const dockerHub = {
  registry: 'docker.io',
  server: 'registry-1.docker.io',
  authKey: 'https://index.docker.io/v1/',
} as const

/** An endpoint as registries.yaml writes it; without a scheme it is https, as in K3s. */
export function endpointUrl(text: string): URL | undefined {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`)
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return undefined
  return url
}

/** The registry's own endpoint: always https. */
export function ownEndpoint(registry: string): Endpoint {
  if (registry === dockerHub.registry) {
    const { server, authKey } = dockerHub
    return { base: `https://${server}/v2`, host: server, names: [server, registry, authKey] }
  }
  return { base: `https://${registry}/v2`, host: registry, names: [registry] }
}

/** What a message calls an endpoint: no query, no user. */
export function printUrl(url: URL | string): string {
  const { origin, pathname } = new URL(url)
  return pathname === '/' ? origin : `${origin}${pathname}`
}

/** `docker.io/library/redis`, without tag or digest. */
export function printRepository({ registry, repository }: Reference): string {
  return `${registry}/${repository}`
}
