import { printable, SealiftError } from '../../kernel/errors/index.ts'
import { type Digest, digestOf } from '../../kernel/oci/index.ts'
import type { Clock, PushTarget, RegistryPush } from '../../kernel/ports/index.ts'
import { header, readBody, readRefusal } from './answer.ts'
import type { Answer, Asking } from './asking.ts'
import { type Access, createAuthorize } from './authorize.ts'
import { createCredentials, loginOf } from './credentials.ts'
import { type Patience, SourceFault } from './exchange.ts'
import { statusFailure } from './failures.ts'
import { type Environment, parseLoginFile } from './login-files.ts'
import { manifestTypes } from './manifests.ts'
import { atSite } from './push-hints.ts'
import type { Credential, Registries } from './registries.ts'
import { type RetryContext, retry as retryAny } from './retry.ts'
import { createTransport, discard, drain } from './transport.ts'
import { uploadPlace } from './upload-place.ts'

/** What pushing needs beside its target. */
export interface PushOptions {
  readonly clock: Clock
  /** DOCKER_CONFIG, HOME, HTTP_PROXY, HTTPS_PROXY, NO_PROXY; PATH for credential helpers. */
  readonly environment: Environment
  readonly patience?: Patience
}

const largestManifest = 4 * 1024 * 1024
// What registries answer to an index, or a manifest, that names what they do not have (distribution-spec, "Error Codes").
const lacks = /^(?:MANIFEST_(?:BLOB_UNKNOWN|UNKNOWN|INVALID|UNVERIFIED)|BLOB_UNKNOWN)\b/

/** Opens the write side of a registry; nothing is sent yet. @throws SealiftError FILE_FAILED for a Docker config that is none */
export function createRegistryPush(target: PushTarget, options: PushOptions): RegistryPush {
  const { host, onRetry } = target
  const { clock, environment } = options
  const registries = registriesOf(target)
  const transport = createTransport(registries, environment, options.patience)
  const login = createAuthorize(transport, createCredentials(registries, environment), clock)
  let shown = false
  const authorize: typeof login = async (asking, access) => {
    const answer = await login(asking, access)
    shown ||= answer.authorization !== undefined
    return answer
  }
  const context: RetryContext = { clock, ...(onRetry ? { onRetry } : {}) }
  const retry = <T>(attempt: () => Promise<T>, signal?: AbortSignal) =>
    retryAny(context, attempt, signal).catch((error: unknown) => {
      throw error instanceof SourceFault ? error.cause : atSite(error)
    })
  const base = `${target.plainHttp ? 'http' : 'https'}://${host}/v2`
  const accessTo = (repository: string, from?: string): Access => ({
    ...{ names: [host], repository },
    scope: [`repository:${repository}:pull,push`, ...(from ? [`repository:${from}:pull`] : [])].join(' '),
  })
  const refused = async (asking: Asking, answer: Answer) => {
    const refusal = await readRefusal(asking, answer, clock)
    discard(answer)
    return refusal
  }

  return {
    has(repository, { digest }, signal) {
      const asking: Asking = {
        ...{ subject: `${host}/${repository}@${digest}`, signal, headOnly: true },
        url: new URL(`${base}/${repository}/blobs/${digest}`),
      }
      const attempt = async () => {
        const answer = await authorize(asking, accessTo(repository))
        answer.response.on('error', () => {}).resume()
        if (answer.status === 200 || answer.status === 404) return answer.status === 200
        throw statusFailure(asking.subject, await readRefusal(asking, answer, clock))
      }
      return retry(attempt, signal)
    },
    blob(repository, { digest, size }, { bytes, from }, signal) {
      const subject = `${host}/${repository}@${digest}`
      const open = new URL(`${base}/${repository}/blobs/uploads/`)
      if (from !== undefined) {
        open.searchParams.set('mount', digest)
        open.searchParams.set('from', from)
      }
      const access = accessTo(repository, from)
      const attempt = async () => {
        const opening: Asking = { subject, url: open, signal, writing: { method: 'POST' } }
        const opened = await authorize(opening, access)
        if (opened.status === 201) {
          drain(opened)
          return 'mounted' as const
        }
        if (opened.status !== 202) throw statusFailure(subject, await refused(opening, opened))
        const { url, ours } = uploadPlace(subject, opened, header(opened, 'location'))
        drain(opened)
        url.searchParams.set('digest', digest)
        const headers = { 'content-type': 'application/octet-stream' }
        const sending: Asking = {
          subject,
          url,
          signal,
          headers,
          writing: { method: 'PUT', body: { size, bytes } },
        }
        // The registry's storage has its own way of knowing us, in the address.
        const sent = await (ours ? authorize(sending, accessTo(repository)) : transport.send(sending))
        if (sent.status !== 201 && sent.status !== 204)
          throw statusFailure(subject, await refused(sending, sent))
        drain(sent)
        return 'uploaded' as const
      }
      return retry(attempt, signal)
    },
    manifest(repository, reference, { mediaType, bytes }, signal) {
      const subject = `${host}/${repository}${reference.includes(':') ? '@' : ':'}${reference}`
      const body = {
        size: bytes.length,
        async *bytes() {
          yield bytes
        },
      }
      const asking: Asking = {
        ...{ subject, signal, headers: { 'content-type': mediaType }, writing: { method: 'PUT', body } },
        url: new URL(`${base}/${repository}/manifests/${reference}`),
      }
      const attempt = async () => {
        const answer = await authorize(asking, accessTo(repository))
        if (answer.status === 201 || answer.status === 200) {
          drain(answer)
          return 'stored' as const
        }
        const refusal = await refused(asking, answer)
        if ([400, 404, 422].includes(answer.status) && lacks.test(refusal.detail)) return 'refused' as const
        throw statusFailure(subject, refusal)
      }
      return retry(attempt, signal)
    },
    digest(repository, reference, signal) {
      const subject = `${host}/${repository}:${reference}`
      const url = new URL(`${base}/${repository}/manifests/${reference}`)
      const asking: Asking = { subject, url, signal, headers: { accept: manifestTypes } }
      const attempt = async (): Promise<Digest | undefined> => {
        const answer = await authorize(asking, accessTo(repository))
        if (answer.status === 404) {
          drain(answer)
          return undefined
        }
        if (answer.status !== 200) throw statusFailure(subject, await readRefusal(asking, answer, clock))
        const bytes = await readBody(asking, answer, largestManifest)
        if (bytes) return digestOf(bytes)
        throw new SealiftError('REGISTRY_FAILED', `${subject}: the manifest is larger than 4 MiB`)
      }
      return retry(attempt, signal)
    },
    showedLogin: () => shown,
    close: async () => transport.close(),
  }
}

/** The target as registries.yaml would have it: one registry, without mirrors. */
function registriesOf({ host, ca, login }: PushTarget): Registries {
  const credential = login && credentialFrom(host, login)
  return {
    targets: () => [],
    urls: url => [url],
    credential: names => (names.includes(host) ? credential : undefined),
    tls: name => (name === host && ca !== undefined ? { caFile: ca, insecure: false } : undefined),
  }
}

function credentialFrom(host: string, login: PushTarget['login'] & object): Credential {
  if ('username' in login) return { kind: 'password', ...login }
  const found = loginOf(parseLoginFile(login.dockerConfig.reveal(), 'the Secret with its login'), host)
  if (found !== undefined) return found
  throw new SealiftError('REGISTRY_DENIED', `the Secret with its login has none for ${printable(host)}`, {
    hints: [`kubectl create secret docker-registry NAME --docker-server=${printable(host)} …`],
  })
}
