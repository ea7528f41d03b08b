/** Sealift's readers of what others wrote, each with a sound document; only the reading itself is real. */
import type { IncomingMessage } from 'node:http'
import type { Answer } from '../../src/adapters/registry/asking.ts'
import { fetchReferrers } from '../../src/adapters/registry/referrers.ts'
import { readRegistries } from '../../src/adapters/registry/registries.ts'
import { Tokens } from '../../src/adapters/registry/tokens.ts'
import { computeBudget } from '../../src/bundle/declared/index.ts'
import { findPods, renderedObjects } from '../../src/kernel/objects/index.ts'
import { digestOf, mediaTypes, parseIndex, parseManifest } from '../../src/kernel/oci/index.ts'
import { chartArtifact } from '../../src/seal/resolve/chart-artifact.ts'
import { packageFromRepository } from '../../src/seal/resolve/helm-repository.ts'
import { findImages, parseChartYaml, pinImages } from '../../src/seal/resolve/index.ts'
import { readSbom } from '../../src/seal/sbom/index.ts'
import { ownObjects } from '../../src/site/release/index.ts'
import { cyclonedx, spdx, statement } from '../support/attachments.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { memoryWeb } from '../support/memory-registry.ts'
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
    async *blob(_: unknown, { digest }: { digest: string }) {
      yield found(digest)
    },
  }
  const options = { registry, platforms: ['linux/amd64'] }
  const [{ platforms } = {}] = await pinImages([{ name: 'docker.io/lab/x:1', reasons: [] }], options)
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

const chartSpec = {
  name: 'one',
  version: '1.2.3',
  release: 'one',
  namespace: 'a',
  values: [],
  timeoutSeconds: 1,
}
const fromIndex = (index: string) => {
  const repo = 'https://charts.example'
  const web = memoryWeb({ [`${repo}/index.yaml`]: index, [`${repo}/one-1.2.3.tgz`]: sound.packageText })
  return packageFromRepository(repo, chartSpec, { web })
}

const metadata = parseChartYaml(text(sound.chartYaml), 'x')
const release = { release: 'one', namespace: 'apps' }
function rendering(yaml: string): unknown {
  const objects = renderedObjects('one', yaml)
  const pods = objects.flatMap(findPods)
  const budget = computeBudget(pods, objects, { memory: '1Gi', cpu: '1' })
  const own = ownObjects(yaml, release).map(({ kind, metadata: { name } }) => [kind, name])
  return { images: findImages([{ metadata, objects }]), budget, own }
}

function registriesIn(file: string): unknown {
  const read = readRegistries({ path: '/etc/registries.yaml', text: file })
  const host = 'mirror.example'
  return [read.targets('docker.io', 'library/redis'), read.tls(host), text(read.credential([host]))]
}

const inToto = 'application/vnd.in-toto+json'
const stated = JSON.parse(statement(digestOf('x'), 'https://spdx.dev/Document', spdx))
const sbomIn = (body: string, mediaType: string) => {
  try {
    const { bytes: _, ...said } = { ...readSbom(Buffer.from(body), mediaType) }
    return said
  } catch (error) {
    // Its errors are plain: `sbomsOf` tells them with the layer's digest.
    if (error instanceof Error && error.constructor === Error) return error.message
    throw error
  }
}

/** Every reader by what it reads. */
export const readers: Readonly<Record<string, Reader>> = {
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
    unused: /^(schemaVersion|annotations)/,
  },
  'a token': {
    sound: sound.token,
    read: tokenOf,
    unused: /^(access_token|expires_in|issued_at|scope|refresh_token)$/,
  },
  "a repository's index": {
    sound: sound.chartIndex,
    read: fromIndex,
    unused:
      /^(apiVersion|generated)|\.two\b|one\.0\b|appVersion|description|created|keywords|maintainers|dependencies/,
  },
  'a Chart.yaml': {
    sound: sound.chartYaml,
    read(yaml) {
      const { fields: _, ...said } = parseChartYaml(yaml, 'x')
      const images = findImages([{ metadata: parseChartYaml(yaml, 'x'), objects: [] }])
      return { said, images, made: chartArtifact(metadata, Buffer.from('x')).manifest.descriptor.mediaType }
    },
    unused:
      /^(apiVersion|type|description|home|icon|deprecated|kubeVersion|keywords|sources|maintainers|dependencies)/,
  },
  'rendered objects': { sound: sound.rendered, read: rendering },
  'a registries.yaml': {
    sound: sound.registries,
    read: registriesIn,
    telling: /^mirrors\.(\*|docker\.io)$|rewrite\./,
  },
  'an SPDX document': { sound: spdx, read: body => sbomIn(body, 'application/spdx+json') },
  'a CycloneDX document': {
    sound: cyclonedx,
    read: body => sbomIn(body, 'application/vnd.cyclonedx+json'),
  },
  'an in-toto statement': { sound: stated, read: body => sbomIn(body, inToto) },
}
