import { dirname, resolve } from 'node:path'
import { printable, SealiftError } from '../../kernel/errors/index.ts'
import { parseReference } from '../../kernel/oci/index.ts'
import { Secret } from '../../kernel/ports/index.ts'
import { type Endpoint, endpointUrl, ownEndpoint } from './endpoint.ts'
import { parseRegistriesFile, type RegistriesFile, toRegExp } from './registries-schema.ts'

/** How to prove who one is, in the forms that registries know. */
export type Credential =
  | { readonly kind: 'password'; readonly username: string; readonly password: Secret }
  /** A refresh token, exchanged at the token endpoint. */
  | { readonly kind: 'identity'; readonly token: Secret }
  /** A bearer token that is sent as it is. */
  | { readonly kind: 'bearer'; readonly token: Secret }

/** TLS settings of one host; paths are absolute. */
export interface TlsSettings {
  readonly caFile?: string
  readonly certFile?: string
  readonly keyFile?: string
  readonly insecure: boolean
}

/** An endpoint, and what the repository is called there. */
interface Target {
  readonly endpoint: Endpoint
  readonly repository: string
}

/** What registries.yaml says: where to ask for an image or a file, how to trust, who one is. */
export interface Registries {
  /** Where an image repository is asked for: mirrors in their order, the registry itself last and never rewritten. */
  targets(registry: string, repository: string): readonly Target[]
  /** Where a file is asked for: the mirrors of the URL's host in their order, the URL itself last. */
  urls(url: URL): readonly URL[]
  credential(names: readonly string[]): Credential | undefined
  tls(host: string): TlsSettings | undefined
}

/**
 * Reads K3s's registries.yaml (docs.k3s.io, private-registry). A `*` entry counts only for registries without
 * an entry of their own. Without a file there are no mirrors.
 * @throws SealiftError SPEC_INVALID that names the file and lists every fault
 */
export function readRegistries(file?: { readonly path: string; readonly text: string }): Registries {
  const { mirrors, configs } = file ? parseRegistriesFile(file.path, file.text) : ({} as RegistriesFile)
  const folder = file ? dirname(file.path) : '.'

  const mirrorsOf = (host: string): URL[] =>
    (entry(mirrors, [host])?.endpoint ?? []).flatMap(text => endpointUrl(text) ?? [])

  const rewritten = (registry: string, repository: string): string => {
    for (const [pattern, replacement] of Object.entries(entry(mirrors, [registry])?.rewrite ?? {})) {
      const changed = repository.replace(toRegExp(pattern) ?? /$^/, jsReplacement(replacement))
      if (changed === repository) continue
      // A rewritten name becomes part of a URL: nothing but a repository name may come out.
      if (parseReference(`rewritten.invalid/${changed}:x`)?.repository === changed) return changed
      throw new SealiftError('SPEC_INVALID', `${file?.path}: a rewrite makes a bad repository name`, {
        faults: [printable(`mirrors.${registry}.rewrite: ${pattern} turns ${repository} into ${changed}`)],
      })
    }
    return repository
  }

  return {
    targets: (registry, repository) => {
      const own = ownEndpoint(registry)
      const ways = mirrorsOf(registry).map(mirrorEndpoint)
      // A mirror that is the registry's own host replaces its own endpoint: `http://127.0.0.1:5000` for 127.0.0.1:5000.
      const last = ways.some(({ host }) => host === own.host) ? [] : [{ endpoint: own, repository }]
      return [...ways.map(endpoint => ({ endpoint, repository: rewritten(registry, repository) })), ...last]
    },
    urls: url => {
      const ways = mirrorsOf(url.host).map(mirror => mirrored(mirror, url))
      return ways.some(({ host }) => host === url.host) ? ways : [...ways, url]
    },
    credential: names => {
      const auth = entry(configs, names)?.auth
      return auth ? credentialOf(auth) : undefined
    },
    tls: host => {
      const tls = entry(configs, host === ownEndpoint('docker.io').host ? [host, 'docker.io'] : [host])?.tls
      if (!tls) return undefined
      const path = (key: 'caFile' | 'certFile' | 'keyFile', value: string | null | undefined) =>
        value ? { [key]: resolve(folder, value) } : {}
      return {
        ...path('caFile', tls.ca_file),
        ...path('certFile', tls.cert_file),
        ...path('keyFile', tls.key_file),
        insecure: tls.insecure_skip_verify ?? false,
      }
    },
  }
}

function entry<Value>(table: Record<string, Value> | null | undefined, names: readonly string[]) {
  const found = names.find(name => table && Object.hasOwn(table, name))
  return table?.[found ?? '*']
}

/** An endpoint with a path is the API's root as it stands (K3s and containerd: `override_path`). */
function mirrorEndpoint(url: URL): Endpoint {
  const path = url.pathname.replace(/\/+$/, '')
  return { base: `${url.origin}${path === '' ? '/v2' : path}`, host: url.host, names: [url.host] }
}

/** The same file on a mirror: the endpoint's path goes before the URL's own, but `/v2` belongs to images only. */
function mirrored(mirror: URL, url: URL): URL {
  const prefix = mirror.pathname.replace(/\/+$/, '').replace(/^\/v2$/, '')
  return new URL(`${mirror.origin}${prefix}${url.pathname}${url.search}`)
}

/** Go writes `${1}` and `${name}` where JavaScript writes `$1` and `$<name>`. */
function jsReplacement(text: string): string {
  return text.replace(/\$\{(\d+)\}/g, '$$$1').replace(/\$\{(\w+)\}/g, '$$<$1>')
}

/** Credentials as registries.yaml and Docker's config spell them; nothing where all fields are empty. */
export function credentialOf(fields: {
  readonly username?: string | null | undefined
  readonly password?: string | null | undefined
  /** base64 of `username:password`. */
  readonly auth?: string | null | undefined
  readonly identity_token?: string | null | undefined
  readonly token?: string | null | undefined
}): Credential | undefined {
  if (fields.token) return { kind: 'bearer', token: new Secret(fields.token) }
  if (fields.identity_token) return { kind: 'identity', token: new Secret(fields.identity_token) }
  const decoded = fields.auth ? Buffer.from(fields.auth, 'base64').toString('utf8') : ''
  const colon = decoded.indexOf(':')
  const username = fields.username || (colon < 0 ? '' : decoded.slice(0, colon))
  // Docker pads the password with NUL bytes in some old versions.
  const password = fields.password || (colon < 0 ? '' : decoded.slice(colon + 1).replace(/\0+$/, ''))
  if (username === '' && password === '') return undefined
  return { kind: 'password', username, password: new Secret(password) }
}
