/** Images that a flag, a variable or a field says are ones; what only looks like one; and what is none. */
import { describe, expect, test } from 'vitest'
import { type RenderedObject, renderedObjects } from '../../../../src/kernel/objects/index.ts'
import { printYaml } from '../../../../src/kernel/yaml/index.ts'
import { findImages, parseChartYaml } from '../../../../src/seal/resolve/index.ts'

const metadata = parseChartYaml('name: app\nversion: 1.0.0\n', 'app')
const hex = 'a'.repeat(64)

/** What is found in objects: images, and `?` before suspects. */
function found(...objects: readonly object[]): string[] {
  const rendered = objects.flatMap((object): RenderedObject[] => renderedObjects('app', printYaml(object)))
  const { images, suspects } = findImages([{ metadata, objects: rendered }])
  return [...images.map(({ name }) => name), ...suspects.map(({ text }) => `?${text}`)]
}

const named = { metadata: { name: 'x' } }
const pod = (container: object) => ({
  kind: 'Pod',
  ...named,
  spec: { containers: [{ name: 'main', image: 'r.io/main:1', ...container }] },
})
const inPod = (container: object) => found(pod(container)).filter(name => name !== 'r.io/main:1')
const map = (data: Readonly<Record<string, string>>) => found({ kind: 'ConfigMap', ...named, data })
const custom = (spec: object) => found({ kind: 'Thing', ...named, spec })

describe('flags', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['one word', ['--engine-image', 'acme/engine:v1.6.0'], ['docker.io/acme/engine:v1.6.0']],
    ['two', ['--helper-image=rancher/busybox:1.36'], ['docker.io/rancher/busybox:1.36']],
    ['one dash', ['-image', 'redis:7'], ['docker.io/library/redis:7']],
    ['camel case', ['--sidecarImage=redis:7'], ['docker.io/library/redis:7']],
    ['several', ['--images=redis:7,acme/x:1'], ['docker.io/acme/x:1', 'docker.io/library/redis:7']],
    [
      'a script',
      ['sh', '-c', 'set -e; run --helper-image="x:1" && OTHER_IMAGE=acme/y:2 run'],
      ['docker.io/acme/y:2', 'docker.io/library/x:1'],
    ],
    ['a document', ['--config={"proxyImage": "acme/proxy:1"}'], ['docker.io/acme/proxy:1']],
    [
      'what is set',
      ['--set', 'proxy.image=redis:7', '--env=X_IMAGE=a:1'],
      ['docker.io/library/a:1', 'docker.io/library/redis:7'],
    ],
    ['no tag', ['--helper-image=busybox'], ['?busybox']],
    ['a digest', [`--image=acme/x@sha256:${hex}`], [`docker.io/acme/x:sha256-aaaaaaaaaaaa@sha256:${hex}`]],
    ['another flag after it', ['--no-image', '--addr=db:5432'], []],
    ['settings of images', ['--image-gc-high-threshold=80', '--image-pull-policy=Always', '--pull=a:1'], []],
    ['a registry', ['--image-registry=ghcr.io:443', '--image-service-endpoint', 'cri:8080'], []],
  ])('%s', (_, words, expected) => {
    expect(inPod({ args: words })).toEqual(expected)
    expect(inPod({ command: words })).toEqual(expected)
  })
})

describe('variables', () => {
  test.each([
    ['RELATED_IMAGE_REDIS', 'redis:7', 'docker.io/library/redis:7'],
    ['ENGINE_IMAGE', 'acme/engine:v1', 'docker.io/acme/engine:v1'],
    ['IMAGE', 'busybox:musl', 'docker.io/library/busybox:musl'],
    ['IMAGE_NAME', 'acme/pg:16', 'docker.io/acme/pg:16'],
    ['IMAGE_REDIS', 'redis:7.2-alpine', 'docker.io/library/redis:7.2-alpine'],
    ['proxyImage', 'envoy:v1.30', 'docker.io/library/envoy:v1.30'],
    ['ENGINE_IMAGE', 'acme/engine', '?acme/engine'],
    ['IMAGE_REDIS', 'redis:6379', '?redis:6379'],
    ['IMAGE_PROXY', 'acme/envoy:v1.30', '?acme/envoy:v1.30'],
    ['ENGINE', 'acme/engine:v1.6.0', '?acme/engine:v1.6.0'],
    ['ENGINE', 'redis:7.2.4', '?redis:7.2.4'],
  ])('%s=%s', (name, value, expected) => {
    expect(inPod({ env: [{ name, value }] })).toEqual([expected])
    expect(map({ [name]: value })).toEqual([expected])
  })

  test.each([
    ['IMAGE_REGISTRY', 'ghcr.io'],
    ['IMAGE_REGISTRY', 'ghcr.io:443'],
    ['IMAGE_CREDENTIALS', 'user:pass1'],
    ['IMAGE_PULL_SECRET', 'acme:1'],
    ['IMAGE_TAG', 'v1.2'],
    ['IMAGE_SCHEDULE', '12:30'],
    ['DEFAULT_IMAGE', '12:30'],
    ['USE_IMAGE', 'true'],
    ['LOGO_IMAGE', 'logo.png'],
    ['PAGE_IMAGE', 'https://acme.test:8080/logo'],
    ['PORTS', '8080:80'],
    ['DATABASE', 'db:5432'],
    ['OWNER', 'user:pass'],
    ['ADDRESS', 'redis:10.0.0.1'],
    ['SUBJECT', 'system:serviceaccount:a:b'],
    ['NOTE', 'image: whatever, see manual:1'],
  ])('%s=%s is none', (name, value) => {
    expect(inPod({ env: [{ name, value }] })).toEqual([])
    expect(map({ [name]: value })).toEqual([])
  })
})

describe('fields of custom resources', () => {
  const image = { registry: 'quay.io', repository: 'acme/x', tag: '1.2' }
  test.each<[string, object, readonly string[]]>([
    ['imageName', { imageName: 'acme/pg:16' }, ['docker.io/acme/pg:16']],
    ['in parts', { image }, ['quay.io/acme/x:1.2']],
    ['a number as tag', { image: { ...image, tag: 16 } }, ['quay.io/acme/x:16']],
    ['a version', { image: { repository: 'acme/x', version: 'v3' } }, ['docker.io/acme/x:v3']],
    [
      'a digest',
      { image: { ...image, tag: '1', digest: `sha256:${hex}` } },
      [`quay.io/acme/x:1@sha256:${hex}`],
    ],
    [
      'a digest in the tag',
      { image: { ...image, tag: `1@sha256:${hex}` } },
      [`quay.io/acme/x:1@sha256:${hex}`],
    ],
    ['no tag', { image: { ...image, tag: '' } }, ['?quay.io/acme/x']],
    ['the registry twice', { image: { ...image, repository: 'quay.io/acme/x' } }, ['quay.io/acme/x:1.2']],
    ['beside each other', { imageRepository: 'acme/x', imageTag: 'v1' }, ['docker.io/acme/x:v1']],
    [
      'several',
      { images: { redis: 'redis:7', web: { repository: 'acme/w', tag: 'v1' } } },
      ['docker.io/acme/w:v1', 'docker.io/library/redis:7'],
    ],
    [
      'a list',
      { images: ['redis:7', 'ghcr.io/acme/x:1'] },
      ['docker.io/library/redis:7', 'ghcr.io/acme/x:1'],
    ],
    ['no name says so', { proxy: { repository: 'acme/x', tag: 'v1' } }, ['?acme/x:v1']],
    ['a tag of what', { image: 'acme/x', tag: 'v1' }, ['?acme/x:v1']],
    ['no tag, in one', { image: 'nginx' }, ['?nginx']],
    ['annotations', { 'proxy.acme.test/proxyImage': 'envoy:v1' }, ['docker.io/library/envoy:v1']],
    ['a source of code', { repo: 'acme/x', tag: 'v1', gitRepo: 'acme/y', gitTag: 'v1' }, []],
    [
      'settings',
      { imagePullPolicy: 'Always', imagePullSecrets: [{ name: 'a' }], image: { pullPolicy: 'Always' } },
      [],
    ],
    ['a block device', { volumes: [{ rbd: { pool: 'rbd', image: 'disk' } }] }, []],
    [
      'a template',
      { image: 'acme/{{ .name }}:1', other: { image: { repository: '$(REPO)', tag: '1' } } },
      [],
    ],
  ])('%s', (_, spec, expected) => expect(custom(spec)).toEqual(expected))

  test('what a cluster reported is not asked for', () => {
    expect(found({ kind: 'Node', ...named, status: { images: [{ names: ['acme/x:1'] }] } })).toEqual([])
  })

  test('defaults and examples of a definition are suspects', () => {
    const properties = {
      image: { type: 'string', description: 'image', default: 'acme/x:1', example: 'nginx' },
      imagePullPolicy: { type: 'string', default: 'IfNotPresent' },
    }
    const spec = { versions: [{ schema: { openAPIV3Schema: { properties } } }] }
    expect(found({ kind: 'CustomResourceDefinition', ...named, spec })).toEqual(['?acme/x:1'])
  })
})

describe('documents that are texts', () => {
  const inner = pod({ image: 'busybox', args: ['--helper-image=acme/helper:1'] })
  test.each<[string, string, readonly string[]]>([
    ['a pod', printYaml(inner), ['docker.io/acme/helper:1', 'docker.io/library/busybox:latest']],
    ['JSON', JSON.stringify(inner), ['docker.io/acme/helper:1', 'docker.io/library/busybox:latest']],
    [
      'several',
      `a: {}\n---\n${printYaml(inner)}`,
      ['docker.io/acme/helper:1', 'docker.io/library/busybox:latest'],
    ],
    ['one in another', printYaml({ template: printYaml({ image: 'acme/x:1' }) }), ['docker.io/acme/x:1']],
    ['values', 'image:\n  repository: acme/x\n  tag: 1.36\n', ['docker.io/acme/x:1.36']],
    ['variables', '# all\nENGINE_IMAGE=acme/x:1\nexport LEVEL=info\n', ['docker.io/acme/x:1']],
    ['TOML', '[runners.kubernetes]\n  helper_image = "acme/helper:1"\n', ['docker.io/acme/helper:1']],
    ['a Secret', printYaml({ kind: 'Secret', stringData: { image: 'acme/x:1' } }), []],
    [
      'a template',
      'spec:\n{{ if .x }}\n  image: redis:7\n  other: acme/x:1.2\n{{ end }}',
      ['?acme/x:1.2', '?redis:7'],
    ],
    ['a template in a pod', printYaml(pod({ image: '{{ .image }}' })), []],
    ['a script', 'set -e\nrun --helper-image=x:1 -v 8080:80\n', ['?x:1']],
    ['no YAML', 'image: [redis:7', []],
    ['a list', 'hosts = [\n  "a"\n]\nhelper_image = "acme/helper:new"\n', ['?acme/helper:new']],
    [
      'two sections of a name',
      '[[runners]]\nimage = "a:1"\n[[runners]]\nimage = "b:1"\n',
      ['docker.io/library/a:1', 'docker.io/library/b:1'],
    ],
    [
      'a schema',
      JSON.stringify({ properties: { image: { type: 'string', default: 'acme/x:1' } } }),
      ['?acme/x:1'],
    ],
    ['prose', 'The image: as it is, at 12:30, on host:8080.', []],
  ])('%s', (_, text, expected) => expect(map({ text })).toEqual(expected))

  test.each(['redis:7,acme/x:1', 'redis:7 acme/x:1', 'redis:7\nacme/x:1\n', '["redis:7", "acme/x:1"]'])(
    'a list of names: %j',
    text =>
      expect(map({ RELATED_IMAGES: text })).toEqual(['docker.io/acme/x:1', 'docker.io/library/redis:7']),
  )

  test('long texts are no burden', () => {
    const texts = [`1${'a'.repeat(120)}.!`, 'a/'.repeat(200_000), ' '.repeat(200_000), '"'.repeat(200_000)]
    for (const text of texts)
      expect(map({ image: text, run: `image = ${text}`, other: `acme/x:${text}` })).toEqual([])
    // A line's end to a regular expression, but none to who splits by newlines.
    const lines = `image = a:1\nb =${' '.repeat(200_000)}x\u2028y\n`
    expect(map({ lines })).toEqual(['docker.io/library/a:1'])
    expect(inPod({ args: [`--a=${'--b='.repeat(20_000)}image=redis:7`] })).toEqual([])
  })

  test('the place is the text’s, and the field of the document', () => {
    const objects = renderedObjects(
      'app',
      printYaml({ kind: 'ConfigMap', ...named, data: { 'p.yaml': printYaml(inner) } }),
    )
    const fields = findImages([{ metadata, objects }]).images.map(({ reasons }) => reasons[0]?.field)
    expect(fields).toEqual([
      'data["p.yaml"]: spec.containers[0].args[0]',
      'data["p.yaml"]: spec.containers[0].image',
    ])
  })
})
