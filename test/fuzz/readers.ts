/** Sealift's readers of what others wrote, each with a sound document; only the reading itself is real. */
import { readRegistries } from '../../src/adapters/registry/registries.ts'
import { computeBudget } from '../../src/bundle/declared/index.ts'
import { findPods, renderedObjects } from '../../src/kernel/objects/index.ts'
import { digestOf } from '../../src/kernel/oci/index.ts'
import { objectChanges } from '../../src/seal/diff/index.ts'
import { chartArtifact } from '../../src/seal/resolve/chart-artifact.ts'
import { packageFromRepository } from '../../src/seal/resolve/helm-repository.ts'
import { findImages, parseChartYaml } from '../../src/seal/resolve/index.ts'
import { readSbom } from '../../src/seal/sbom/index.ts'
import { ownObjects } from '../../src/site/release/index.ts'
import { cyclonedx, spdx, statement } from '../support/attachments.ts'
import { memoryWeb } from '../support/memory-registry.ts'
import * as sound from './documents.ts'
import { type Reader, registryReaders } from './registry-readers.ts'

const text = JSON.stringify

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

const before = renderedObjects('one', text(sound.rendered)).map(object => ({ object, namespace: 'apps' }))
function changesIn(yaml: string): unknown {
  return objectChanges(
    before,
    renderedObjects('one', yaml).map(object => ({ object, namespace: 'apps' })),
  )
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

export type { Reader } from './registry-readers.ts'

/** Every reader by what it reads. */
export const readers: Readonly<Record<string, Reader>> = {
  ...registryReaders,
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
  'what differs in rendered objects': { sound: sound.rendered, read: changesIn, telling: /./ },
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
