/** Readers of what registries answer. */
import type { IncomingMessage } from 'node:http'
import type { Answer } from '../../src/adapters/registry/asking.ts'
import { fetchManifest } from '../../src/adapters/registry/manifests.ts'
import { fetchReferrers } from '../../src/adapters/registry/referrers.ts'
import { fetchTags } from '../../src/adapters/registry/tags.ts'
import { Tokens } from '../../src/adapters/registry/tokens.ts'
import { digestOf, hexOf, mediaTypes, parseIndex, parseManifest } from '../../src/kernel/oci/index.ts'
import { findAttachments, pinImages } from '../../src/seal/resolve/index.ts'
import { ManualClock } from '../support/manual-clock.ts'
import type { Expected } from '../support/odd-fields.ts'
import * as sound from './documents.ts'

/** A reader of texts, and what it reads when nothing is wrong. */
export interface Reader extends Expected {
  readonly sound: unknown
  read(text: string): unknown
}

const clock = new ManualClock()
const text = JSON.stringify
const config = text(sound.config)
const manifest = text(sound.manifestOf(config))

/** An image whose documents are these texts; what the others refer to is made to fit. */
async function pinned(image: { index?: string; manifest?: string; config?: string }): Promise<unknown> {
  const own = image.manifest ?? text(sound.manifestOf(image.config ?? config))
  const top = image.index ?? text(sound.indexOf(own))
  const served = [own, top, image.config ?? config, manifest, config]
  const found = (digest: string) => Buffer.from(served.find(one => digestOf(one) === digest) ?? '')
  const registry = {
    async manifest({ digest }: { digest?: string }) {
      const bytes = digest === undefined ? Buffer.from(top) : found(digest)
      const mediaType = digest === undefined ? mediaTypes.ociIndex : mediaTypes.ociManifest
      return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, bytes }
    },
    find: async () => undefined,
    referrers: async () => undefined,
    tags: async () => undefined,
    digest: async () => undefined,
    async *blob(_: unknown, { digest }: { digest: string }) {
      yield found(digest)
    },
  }
  const options = { registry, platforms: ['linux/amd64'] }
  const { pinned, failed } = await pinImages([{ name: 'docker.io/lab/x:1', reasons: [] }], options)
  for (const { error } of failed) throw error
  const [{ platforms } = {}] = pinned
  // Its own digest is another one with every change.
  return Object.entries(platforms ?? {}).map(([name, { layers }]) => [name, layers])
}

function answer(body: string): Answer {
  const url = new URL('https://registry.example/v2/lab/x/referrers/y')
  const headers = { 'content-type': mediaTypes.ociIndex }
  const chunks = (async function* () {
    yield Buffer.from(body)
  })()
  return {
    url,
    status: 200,
    headers,
    body: chunks,
    response: {} as IncomingMessage,
    authorization: undefined,
  }
}

async function tokenOf(body: string): Promise<string> {
  const tokens = new Tokens({ send: async () => answer(body), close: () => {} }, clock)
  const challenge = { scheme: 'bearer', parameters: { realm: 'https://auth.example/token', service: 'x' } }
  const origin = new URL('https://registry.example')
  const given = await tokens.get({ subject: 'x', origin, challenge, scope: 'pull', credential: undefined })
  return given.reveal()
}

const referrersIn = (body: string) => {
  const place = { url: answer('').url, access: { names: ['registry.example'] } }
  const reference = { registry: 'registry.example', repository: 'lab/x' }
  return fetchReferrers(async () => answer(body), { clock }, [place], reference, digestOf('x'))
}

const tagsIn = (body: string) => {
  const place = { url: answer('').url, access: { names: ['registry.example'] } }
  const reference = { registry: 'registry.example', repository: 'lab/x' }
  return fetchTags(async () => answer(body), { clock }, [place], reference)
}

const servedIn = async (body: string) => {
  const place = { url: answer('').url, access: { names: ['registry.example'] } }
  const reference = { registry: 'registry.example', repository: 'lab/x', tag: '1' }
  const { descriptor } = await fetchManifest(async () => answer(body), { clock }, [place], reference)
  return descriptor.mediaType
}

const subject = digestOf('subject')

/** What is found attached to an image: by a list of the registry's fallback tag, and by cosign's. */
async function attached(list: string, own: string): Promise<unknown> {
  const tags = { [`sha256-${hexOf(subject)}`]: list, [`sha256-${hexOf(subject)}.att`]: own }
  const find = async ({ tag, digest }: { tag?: string; digest?: string }) => {
    const body = tag === undefined ? [own, 'a', 'b'].find(one => digestOf(one) === digest) : tags[tag]
    if (body === undefined) return undefined
    const mediaType = body === list ? mediaTypes.ociIndex : mediaTypes.ociManifest
    return { descriptor: { mediaType, digest: digestOf(body), size: body.length }, bytes: Buffer.from(body) }
  }
  const registry = {
    find,
    manifest: () => Promise.reject(new Error('not asked for')),
    referrers: async () => undefined,
    tags: async () => undefined,
    digest: async () => undefined,
    async *blob() {},
  }
  const image = { name: 'docker.io/lab/x:1', digest: subject, platforms: {}, reasons: [] }
  const unknown: string[] = []
  const found = await findAttachments([image], {
    registry,
    onUnknown: (_, { message }) => unknown.push(message),
  })
  return [...found.values()].flat().map(({ kind, tag }) => [kind, tag])
}

/** By what they read. */
export const registryReaders: Readonly<Record<string, Reader>> = {
  'a manifest': {
    sound: sound.manifestOf(config),
    read: body => parseManifest(Buffer.from(body), 'it'),
    telling: /^layers$/,
    unused: /\.urls/,
  },
  'an index': {
    sound: sound.indexOf(manifest),
    read: body => parseIndex(Buffer.from(body), 'it'),
    telling: /^manifests$/,
    unused: /os\.version|features/,
  },
  "an image's index": {
    sound: sound.indexOf(manifest),
    read: body => pinned({ index: body }),
    telling: /^manifests$/,
  },
  "an image's manifest": {
    sound: sound.manifestOf(config),
    read: body => pinned({ manifest: body }),
    telling: /^layers$/,
  },
  "an image's config": {
    sound: sound.config,
    read: body => pinned({ config: body }),
    unused: /^(author|created|config|rootfs|history|variant)/,
  },
  'a list of referrers': {
    sound: sound.referrers,
    read: referrersIn,
    telling: /^manifests$/,
    unused: /^(schemaVersion|annotations)/,
  },
  'a list of tags': { sound: sound.tags, read: tagsIn, telling: /^tags/, unused: /^name/ },
  'a token': {
    sound: sound.token,
    read: tokenOf,
    unused: /^(access_token|expires_in|issued_at|scope|refresh_token)$/,
  },
  'a served manifest': {
    sound: sound.manifestOf(config),
    read: servedIn,
    unused: /^(config|layers|subject)/,
  },
  'an attachment': {
    sound: sound.manifestOf(config),
    read: body => attached(text(sound.referrers), body),
    telling: /^layers$/,
  },
  'a list by a tag': {
    sound: sound.referrers,
    read: body => attached(body, manifest),
    telling: /^manifests$/,
    unused: /^annotations|manifests\.\d\.(artifactType|annotations)/,
  },
}
