import { bytes as inUnits, SealiftError } from '../../kernel/errors/index.ts'
import { type Digest, isDigest, type Reference } from '../../kernel/oci/index.ts'
import type { Clock, Registry, Web } from '../../kernel/ports/index.ts'
import { readBody } from './answer.ts'
import type { Asking } from './asking.ts'
import { createAuthorize } from './authorize.ts'
import { createCredentials } from './credentials.ts'
import { ask, download, type Place } from './download.ts'
import { printRepository, printUrl } from './endpoint.ts'
import type { Patience } from './exchange.ts'
import { createHeads } from './heads.ts'
import type { Environment } from './login-files.ts'
import { fetchManifest } from './manifests.ts'
import { registryPlaces, webPlaces } from './places.ts'
import { fetchReferrers } from './referrers.ts'
import { readRegistries } from './registries.ts'
import { firstOf, type RetryContext, retry } from './retry.ts'
import { fetchTags } from './tags.ts'
import { createTransport } from './transport.ts'

/** What the registry adapter needs. */
export interface RegistryOptions {
  /** A file in the form of K3s's registries.yaml: its path, for messages and relative TLS files, and its text. */
  readonly registries?: { readonly path: string; readonly text: string }
  readonly clock: Clock
  /** DOCKER_CONFIG, HOME, HTTP_PROXY, HTTPS_PROXY, NO_PROXY; PATH for credential helpers. */
  readonly environment: Environment
  /** How long a server may take; without it 30 s for an answer, and 60 s for each piece of a body. */
  readonly patience?: Patience
  /** Told before each wait, in one line. */
  onRetry?(message: string): void
}

/** The HTTP edge: registries and web servers behind one set of mirrors, credentials, proxies and trust. */
export interface RegistryConnection {
  readonly registry: Registry
  readonly web: Web
  /** Ends every connection. */
  close(): Promise<void>
}

/**
 * Opens the HTTP edge; nothing is sent yet.
 * @throws SealiftError SPEC_INVALID when the registries file has faults
 */
export function createRegistry(options: RegistryOptions): RegistryConnection {
  const { clock, environment, onRetry } = options
  const registries = readRegistries(options.registries)
  const transport = createTransport(registries, environment, options.patience)
  const authorize = createAuthorize(transport, createCredentials(registries, environment), clock)
  const context: RetryContext = { clock, ...(onRetry ? { onRetry: message => onRetry(message) } : {}) }

  // Which of its places each manifest came from: what lies beside it is asked for there, and nowhere else.
  const origins = new Map<string, number>()
  const key = (reference: Reference, digest: Digest) => `${printRepository(reference)}@${digest}`
  const manifestPlaces = (reference: Reference) =>
    registryPlaces(registries, reference, `manifests/${reference.digest ?? reference.tag ?? 'latest'}`)
  const beside = (places: readonly Place[], reference: Reference, digest: Digest) => {
    const at = origins.get(key(reference, digest))
    return at === undefined ? places : places.slice(at, at + 1)
  }
  const heads = createHeads(authorize, context)

  const registry: Registry = {
    async manifest(reference, signal) {
      const places = manifestPlaces(reference)
      const { place, ...served } = await fetchManifest(authorize, context, places, reference, signal)
      origins.set(key(reference, served.descriptor.digest), places.indexOf(place))
      return served
    },
    async digest(reference, { beside: known, signal } = {}) {
      const all = manifestPlaces(reference)
      const places = known === undefined ? all : beside(all, reference, known)
      const { said, place } = await heads.ask(places, reference, signal)
      if (isDigest(said)) origins.set(key(reference, said), all.indexOf(place))
      if (said !== 'absent') return said
      return known && (await heads.answeredAt(place, reference, known, signal)) ? said : undefined
    },
    async find(reference, digest, signal) {
      const places = beside(manifestPlaces(reference), reference, digest)
      try {
        const { place: _, ...served } = await fetchManifest(authorize, context, places, reference, signal)
        return served
      } catch (error) {
        const absent = ['IMAGE_NOT_FOUND', 'REGISTRY_DENIED']
        if (error instanceof SealiftError && absent.includes(error.code)) return undefined
        throw error
      }
    },
    referrers(reference, digest, signal) {
      const places = beside(registryPlaces(registries, reference, `referrers/${digest}`), reference, digest)
      return fetchReferrers(authorize, context, places, reference, digest, signal)
    },
    tags(reference, signal) {
      return fetchTags(
        authorize,
        context,
        registryPlaces(registries, reference, 'tags/list'),
        reference,
        signal,
      )
    },
    async *blob(repository, { digest, size }, { offset = 0, signal, transient } = {}) {
      if (offset >= size) return
      const subject = `${printRepository(repository)}@${digest}`
      const places = registryPlaces(registries, repository, `blobs/${digest}`)
      yield* download(authorize, context, {
        subject,
        places,
        offset,
        size,
        signal,
        transient,
        notFound: 'IMAGE_NOT_FOUND',
      })
    },
  }

  const web: Web = {
    async text(address, limit, signal) {
      const url = webUrl(address)
      const subject = printUrl(url)
      return firstOf(webPlaces(registries, url), place => {
        const asking = { subject, url: place.url, signal } satisfies Asking
        const attempt = async () => {
          const answer = await ask(authorize, clock, asking, place.access, 'REGISTRY_FAILED')
          const bytes = await readBody(asking, answer, limit)
          if (bytes) return bytes.toString('utf8')
          throw new SealiftError(
            'FILE_FAILED',
            `${subject}: larger than the ${inUnits(limit)} that are accepted`,
          )
        }
        return retry(context, attempt, signal)
      })
    },
    async *stream(address, { offset = 0, signal, transient } = {}) {
      const url = webUrl(address)
      const places = webPlaces(registries, url)
      const notFound = 'REGISTRY_FAILED'
      yield* download(authorize, context, {
        subject: printUrl(url),
        places,
        offset,
        signal,
        transient,
        notFound,
      })
    },
  }
  return { registry, web, close: async () => transport.close() }
}

function webUrl(address: string): URL {
  const url = URL.parse(address)
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url
  // The address is not repeated: it may hold a password.
  throw new SealiftError(
    'SPEC_INVALID',
    'An address to download from is no http:// or https:// URL without a user',
    {
      hints: ['Credentials belong into --registries (configs.HOST.auth)'],
    },
  )
}
