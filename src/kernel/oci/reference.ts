import { type Digest, hexOf, isDigest } from './digest.ts'

/** An image name in full: `registry/repository[:tag][@digest]`. */
export interface Reference {
  /** Host with optional port, as written: `docker.io`, `127.0.0.1:5000`. */
  readonly registry: string
  readonly repository: string
  readonly tag?: string
  readonly digest?: Digest
}

const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const repositoryShape = new RegExp(`^${component}(?:/${component})*$`)
const registryShape = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?$/
const tagShape = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/

/**
 * Reads an image name as Docker and Kubernetes do: no host means `docker.io`, a single word there means
 * `library/`, neither tag nor digest means `latest`. Gives `undefined` for anything that is no image name.
 * Grammar: distribution/reference.
 */
export function parseReference(text: string): Reference | undefined {
  if (text.length > 400) return undefined
  const [name = '', digest, ...rest] = text.split('@')
  if (rest.length > 0 || (digest !== undefined && !isDigest(digest))) return undefined
  const slash = name.indexOf('/')
  const first = slash < 0 ? '' : name.slice(0, slash)
  const hasHost = first.includes('.') || first.includes(':') || first === 'localhost'
  const registry = hasHost ? (first === 'index.docker.io' ? 'docker.io' : first) : 'docker.io'
  const path = hasHost ? name.slice(slash + 1) : name
  const colon = path.lastIndexOf(':')
  const tag = colon < 0 ? undefined : path.slice(colon + 1)
  const plain = colon < 0 ? path : path.slice(0, colon)
  const repository = registry === 'docker.io' && !plain.includes('/') ? `library/${plain}` : plain
  if (!registryShape.test(registry) || !repositoryShape.test(repository)) return undefined
  if (tag !== undefined && !tagShape.test(tag)) return undefined
  const pinned = digest === undefined ? {} : { digest }
  const tagged = tag === undefined ? (digest === undefined ? { tag: 'latest' } : {}) : { tag }
  return { registry, repository, ...tagged, ...pinned }
}

/** The full text of a reference: what the bundle and the node call the image. */
export function printReference({ registry, repository, tag, digest }: Reference): string {
  return `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`
}

/**
 * What a bundle and the node call an image: with host, and `latest` where there is neither tag nor digest. A name with
 * only a digest gets a tag made of it, because K3s imports no image without one; pods still find it by the digest. A
 * text that is no image name stays as it is.
 */
export function carriedName(text: string): string {
  const reference = parseReference(text)
  if (reference === undefined) return text
  const { tag, digest } = reference
  if (tag !== undefined || digest === undefined) return printReference(reference)
  return printReference({ ...reference, tag: `sha256-${hexOf(digest).slice(0, 12)}` })
}
