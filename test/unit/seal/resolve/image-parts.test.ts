/** Images whose names are in several fields, variables or flags; what may stand before a name; and what is foreign. */
import { expect, test } from 'vitest'
import { renderedObjects } from '../../../../src/kernel/objects/index.ts'
import { printYaml } from '../../../../src/kernel/yaml/index.ts'
import { findImages, parseChartYaml } from '../../../../src/seal/resolve/index.ts'

const metadata = parseChartYaml('name: app\nversion: 1.0.0\n', 'app')
const image = { registry: 'quay.io', repository: 'acme/x', tag: '1.2' }
const env = [
  { name: 'SIDECAR_IMAGE_REPOSITORY', value: 'acme/x' },
  { name: 'SIDECAR_IMAGE_TAG', value: 'v1' },
  { name: 'POD_NAME', value: 'acme' },
  { name: 'POD_VERSION', value: 'v1' },
]

/** What is found in an object of this spec: images, and `?` before suspects. */
function found(spec: object): string[] {
  const objects = renderedObjects('app', printYaml({ kind: 'Thing', metadata: { name: 'x' }, spec }))
  const { images, suspects } = findImages([{ metadata, objects }])
  return [...images.map(({ name }) => name), ...suspects.map(({ text }) => `?${text}`)]
}

test.each<[string, object, readonly string[]]>([
  ['a registry that ends in a slash', { image: { ...image, registry: 'quay.io/' } }, ['quay.io/acme/x:1.2']],
  [
    'a machine’s image',
    { machine: { image: { name: 'gardenlinux', version: '934.8' } } },
    ['?gardenlinux:934.8'],
  ],
  ['a new name', { images: [{ name: 'x', newName: 'acme/x', newTag: '6' }] }, ['docker.io/acme/x:6']],
  ['a prefix', { 'scan.repository': 'quay.io/acme/x', 'scan.tag': '1' }, ['?quay.io/acme/x:1']],
  ['a source of code', { gitRepository: 'acme/y', gitTag: 'v1' }, []],
  [
    'a repository without its last part',
    { driver: { repository: 'nvcr.io/nvidia', image: 'driver', version: '550' } },
    ['?nvcr.io/nvidia/driver:550'],
  ],
  [
    'a repository with or without it',
    { image: { repository: 'r.io/acme', name: 'x', tag: 'v1' } },
    ['?r.io/acme/x:v1', '?r.io/acme:v1'],
  ],
  [
    'a way to fetch',
    { url: 'oci://ghcr.io/acme/filter:1.0', image: 'docker://redis:7', chart: 'oci://ghcr.io/acme/charts' },
    ['?ghcr.io/acme/filter:1.0', '?redis:7'],
  ],
  [
    'what others may run',
    { deniedImages: ['log4j:2.14'], exemptImages: ['quay.io/acme/x:1'] },
    ['?log4j:2.14', '?quay.io/acme/x:1'],
  ],
  ['a port', { imageBackend: 'images:80' }, ['?images:80']],
  ['several variables', { env }, ['docker.io/acme/x:v1']],
  ['several flags', { args: ['--image-repository=acme/x', '--image-tag=v1'] }, ['docker.io/acme/x:v1']],
  [
    'a variable’s default',
    { command: ['sh', '-c', `IMAGE=$\{IMAGE:-redis:7} run $\{X:-r.io/acme/x:1}`] },
    ['docker.io/library/redis:7', '?r.io/acme/x:1'],
  ],
  ['what is left alone', { args: ['--skip-images', 'time:12h', '--delete-images', 'db:main'] }, []],
])('%s', (_, spec, expected) => expect(found(spec)).toEqual(expected))
