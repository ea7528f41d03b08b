import { describe, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import type { ChartSpec } from '../../../../src/kernel/inputs/index.ts'
import { digestOf, hexOf, mediaTypes } from '../../../../src/kernel/oci/index.ts'
import { readPackage, writePackage } from '../../../../src/kernel/packages/index.ts'
import {
  nearestVersions,
  parseChartYaml,
  resolveChart,
  type Sources,
} from '../../../../src/seal/resolve/index.ts'
import { memoryFiles } from '../../../support/memory-files.ts'
import { MemoryRegistry, memoryWeb } from '../../../support/memory-registry.ts'

const base = {
  name: 'one',
  version: '1.2.3',
  release: 'one',
  namespace: 'apps',
  values: [],
  timeoutSeconds: 600,
}
const chartYaml = 'apiVersion: v2\nname: one\nversion: 1.2.3\nappVersion: 2\n'
const packed = writePackage([
  { path: 'one/Chart.yaml', bytes: Buffer.from(chartYaml) },
  { path: 'one/charts/sub/Chart.yaml', bytes: Buffer.from('name: sub\nversion: 9.9.9\n') },
])

const index = (digest: string, url = 'charts/one-1.2.3.tgz') => `
apiVersion: v1
entries:
  one:
    - { name: one, version: 1.2.3, digest: '${digest}', urls: ['${url}'] }
    - { name: one, version: 1.3.0, urls: [one-1.3.0.tgz] }
    - { name: one, version: 2.0.0, urls: [one-2.0.0.tgz] }
  other: []
`

function sources({ web = {}, registry = new MemoryRegistry(), files = memoryFiles() } = {}) {
  return { specDir: '/spec', files, registry, web: memoryWeb(web) }
}

const resolve = (source: Partial<ChartSpec>, from: Sources) => resolveChart({ ...base, ...source }, from)

describe('from a Helm repository', () => {
  const repo = 'https://charts.example.org/stable'

  test('the package is found by name and version, and checked', async () => {
    const web = {
      [`${repo}/index.yaml`]: index(hexOf(digestOf(packed))),
      [`${repo}/charts/one-1.2.3.tgz`]: packed,
    }
    const chart = await resolve({ repo }, sources({ web }))
    expect(chart).toMatchObject({ source: repo, packageDigest: digestOf(packed), metadata: { name: 'one' } })
  })

  test.each(['digest: null', "digest: ''", 'created: null, description: 5'])(
    'an entry with `%s` is one without a digest, and its odd neighbours are passed over',
    async odd => {
      const text = `entries: { two: null, one: [null, 5, { version: 1.2.3 }, { version: 1.2.3, urls: null }, { name: one, version: 1.2.3, ${odd}, urls: [one.tgz] }] }`
      const web = { [`${repo}/index.yaml`]: text, [`${repo}/one.tgz`]: packed }
      expect((await resolve({ repo }, sources({ web }))).packageDigest).toBe(digestOf(packed))
    },
  )

  test.each([
    ['a number, which helm has without its last zero', '1.10', '1.1'],
    ['a number of base 8', '010', '8'],
    ['a text', '"1.10"', '1.10'],
  ])('a version of the index that is %s', async (_, written, version) => {
    const made = Buffer.from(`apiVersion: v2\nname: one\nversion: "${version}"\n`)
    const chart = writePackage([{ path: 'one/Chart.yaml', bytes: made }])
    const text = `generated: 1\ngenerated: 2\nentries: {\n  one: [\n{version: ${written}, urls: [!at one.tgz\n]}]\n}\n`
    const web = { [`${repo}/index.yaml`]: text, [`${repo}/one.tgz`]: chart }
    expect(await resolve({ repo, version }, sources({ web }))).toMatchObject({ metadata: { version } })
  })

  test.each([
    ['urls: null', /urls/],
    ["urls: ['']", /urls\.0/],
    ['urls: [one.tgz], digest: [x]', /digest/],
    ["urls: ['https://[x']", /https:\/\/\[x/],
  ])('a version that is there only with `%s` is named with what is wrong', async (odd, fault) => {
    const text = `entries: { one: [{ name: one, version: 1.2.3, ${odd} }] }`
    const failing = resolve({ repo }, sources({ web: { [`${repo}/index.yaml`]: text } }))
    const faults = [expect.stringMatching(fault)]
    await expect(failing).rejects.toMatchObject({ code: 'CHART_NOT_FOUND', faults })
  })

  test('an absolute address is followed', async () => {
    const far = 'https://cdn.example.org/one.tgz'
    const web = { [`${repo}/index.yaml`]: index(digestOf(packed), far), [far]: packed }
    expect((await resolve({ repo }, sources({ web }))).packageDigest).toBe(digestOf(packed))
  })

  test.each([
    ['charts/one.tgz', `${repo}/charts/one.tgz?sv=1&sig=abc%2F`],
    ['/other/one.tgz', 'https://charts.example.org/other/one.tgz?sv=1&sig=abc%2F'],
    ['one.tgz?v=2', `${repo}/one.tgz?v=2`],
    [`${repo}/one.tgz`, `${repo}/one.tgz`],
    ['//cdn.example.org/one.tgz', 'https://cdn.example.org/one.tgz'],
    ['https://cdn.example.org/one.tgz', 'https://cdn.example.org/one.tgz'],
  ])('a query of the repository goes to its index, and to %s as %s', async (url, asked) => {
    const query = '?sv=1&sig=abc%2F'
    const web = { [`${repo}/index.yaml${query}`]: index(digestOf(packed), url), [asked]: packed }
    for (const address of [`${repo}${query}`, `${repo}/${query}`]) {
      const chart = await resolve({ repo: address }, sources({ web }))
      expect(chart.package).toEqual(packed)
      expect(chart.source.replace(/\/$/, '')).toBe(repo)
    }
  })

  test.each([
    ['no entries', 'a: 1', {}],
    ['an index that is no YAML', 'entries: [', {}],
    ['another chart', index(''), { name: 'two' }],
    ['another version', index(''), { version: '9.9.9' }],
    ['another digest', index('0'.repeat(64), 'one.tgz'), {}],
    ['an address that is not HTTP', index('', 'file:///one.tgz?sig=hidden'), {}],
    ['an address that is none', index('', 'https://[one.tgz?sig=hidden'), {}],
    ['a package that is too large', index('', 'large.tgz'), {}],
  ])('no error shows a query: %s', async (_, text, spec) => {
    const query = '?sig=hidden'
    const web = {
      [`${repo}/index.yaml${query}`]: text,
      [`${repo}/one.tgz${query}`]: packed,
      [`${repo}/large.tgz${query}`]: new Uint8Array(64 * 2 ** 20 + 1),
    }
    const error = await resolve({ repo: `${repo}${query}`, ...spec }, sources({ web })).catch(error => error)
    expect(error).toBeInstanceOf(SealiftError)
    expect(`${error.message} ${error.hints} ${error.faults}`).not.toContain('hidden')
  })

  test('an unknown version lists the nearest there are', async () => {
    const web = { [`${repo}/index.yaml`]: index(digestOf(packed)) }
    await expect(resolve({ repo, version: '1.2.4' }, sources({ web }))).rejects.toMatchObject({
      code: 'CHART_NOT_FOUND',
      message: `${repo} has no one 1.2.4`,
      hints: ['Nearest versions there: 2.0.0, 1.3.0, 1.2.3.'],
    })
  })

  test('an unknown chart lists those there are', async () => {
    const web = { [`${repo}/index.yaml`]: index(digestOf(packed)) }
    const failure = { code: 'CHART_NOT_FOUND', hints: ['It has: one, other.'] }
    await expect(resolve({ repo, name: 'two' }, sources({ web }))).rejects.toMatchObject(failure)
  })

  test('a Chart.yaml that nobody needs to be that large is refused before it is parsed', async () => {
    const bytes = Buffer.from(`${chartYaml}x: [${'{},'.repeat(400_000)}]\n`)
    const large = writePackage([{ path: 'one/Chart.yaml', bytes }])
    const web = {
      [`${repo}/index.yaml`]: index(hexOf(digestOf(large))),
      [`${repo}/charts/one-1.2.3.tgz`]: large,
    }
    await expect(resolve({ repo }, sources({ web }))).rejects.toMatchObject({
      code: 'CONTENT_MISMATCH',
      message: expect.stringContaining('is larger than 1 MiB'),
    })
  })

  test.each([
    ['is not YAML', 'entries: [', /^unexpected end|flow/i],
    ['has millions of values', `entries: [${'{},'.repeat(1_000_000)}]`, /^it has more than 2000000 values/],
  ])('an index that %s is refused, with the reason', async (_, text, reason) => {
    const error = await resolve({ repo }, sources({ web: { [`${repo}/index.yaml`]: text } })).catch(
      error => error,
    )
    expect(error).toMatchObject({
      code: 'REGISTRY_FAILED',
      message: `the index.yaml of ${repo} is not readable as YAML`,
      faults: [expect.stringMatching(reason)],
    })
  })

  test('a package that is not what the index says is refused', async () => {
    const web = { [`${repo}/index.yaml`]: index('0'.repeat(64)), [`${repo}/charts/one-1.2.3.tgz`]: packed }
    await expect(resolve({ repo }, sources({ web }))).rejects.toMatchObject({ code: 'CONTENT_MISMATCH' })
  })

  test('only HTTP addresses are followed', async () => {
    const web = { [`${repo}/index.yaml`]: index(digestOf(packed), 'file:///etc/passwd') }
    await expect(resolve({ repo }, sources({ web }))).rejects.toMatchObject({ code: 'CHART_NOT_FOUND' })
  })

  test('the artifact made of it is the same each time, and has no name', async () => {
    const web = { [`${repo}/index.yaml`]: index(digestOf(packed)), [`${repo}/charts/one-1.2.3.tgz`]: packed }
    const [{ artifact: first }, { artifact: second }] = [
      await resolve({ repo }, sources({ web })),
      await resolve({ repo }, sources({ web })),
    ]
    expect(first).toBeDefined()
    expect(first?.manifest.bytes).toEqual(second?.manifest.bytes)
    const manifest = JSON.parse(Buffer.from(first?.manifest.bytes ?? []).toString())
    expect(manifest.config.mediaType).toBe(mediaTypes.helmConfig)
    expect(manifest.layers).toEqual([
      { mediaType: mediaTypes.helmChart, digest: digestOf(packed), size: packed.length },
    ])
    expect(Object.keys(manifest.annotations)).not.toContain('org.opencontainers.image.ref.name')
    expect(Buffer.from(first?.blobs[0]?.bytes ?? []).toString()).toBe(
      '{"apiVersion":"v2","appVersion":"2","name":"one","version":"1.2.3"}',
    )
  })
})

test.each([
  ['on', 'true'],
  ['0400', '256'],
  ['1.10', '1.1'],
  ['"0400"', '0400'],
])('a Chart.yaml is read as helm reads it: appVersion %s is %s', (written, appVersion) => {
  const text = `name: one\nversion: 1.2.3\ndeprecated: yes\nappVersion: ${written}\nname: two\n`
  expect(parseChartYaml(text, 'it').fields).toEqual({
    name: 'two',
    version: '1.2.3',
    deprecated: true,
    appVersion,
  })
})

describe('from an OCI registry', () => {
  const oci = 'ghcr.io/org/charts/one'

  function filled(tag: string, text = chartYaml) {
    const registry = new MemoryRegistry()
    const config = registry.blobOf('{}', mediaTypes.helmConfig)
    const bytes = writePackage([{ path: 'one/Chart.yaml', bytes: Buffer.from(text) }])
    const provenance = registry.blobOf('signed', 'application/vnd.cncf.helm.chart.provenance.v1.prov')
    const layers = [registry.blobOf(bytes, mediaTypes.helmChart), provenance]
    return { registry, served: registry.put(oci, tag, { config, layers }) }
  }

  test('the registry’s own manifest is kept, every layer with it', async () => {
    const { registry, served } = filled('1.2.3')
    const chart = await resolve({ oci }, sources({ registry }))
    expect(chart.artifact?.manifest.descriptor).toEqual(served)
    expect(chart.manifest).toEqual({ digest: served.digest, size: served.size })
    expect(chart.artifact?.blobs).toHaveLength(3)
    expect(chart.source).toBe(`oci://${oci}`)
  })

  test('a connection that breaks is taken up again', async () => {
    const { registry } = filled('1.2.3')
    registry.breaksAfter = 1000
    expect((await resolve({ oci }, sources({ registry }))).metadata.version).toBe('1.2.3')
  })

  test('a plus sign in the version is an underscore in the tag', async () => {
    const { registry } = filled('1.2.3_build', chartYaml.replace('1.2.3', '1.2.3+build'))
    expect((await resolve({ oci, version: '1.2.3+build' }, sources({ registry }))).metadata.version).toBe(
      '1.2.3+build',
    )
  })

  test('an unknown version says so', async () => {
    await expect(resolve({ oci, version: '9.0.0' }, sources())).rejects.toMatchObject({
      code: 'CHART_NOT_FOUND',
      message: `chart one: oci://${oci} has no version 9.0.0`,
    })
  })

  test('an unknown version says what other places than the mirror answered', async () => {
    const registry = new MemoryRegistry()
    const faults = ['cannot reach https://registry.test']
    registry.manifest = () =>
      Promise.reject(new SealiftError('IMAGE_NOT_FOUND', 'not at the mirror', { faults }))
    await expect(resolve({ oci }, sources({ registry }))).rejects.toMatchObject({
      code: 'CHART_NOT_FOUND',
      faults,
    })
  })

  test('an unknown version is told with those that are there, where the registry lists them', async () => {
    const { registry } = filled('1.2.3')
    for (const tag of ['1.3.0_build', 'latest', '0.9.0']) registry.image(oci, tag, 'amd64', ['x'])
    const wrong = () => resolve({ oci, version: '9.0.0' }, sources({ registry }))
    await expect(wrong()).rejects.toMatchObject({
      code: 'CHART_NOT_FOUND',
      hints: ['Nearest versions there: 1.3.0+build, 1.2.3, 0.9.0.'],
    })
    registry.tags = async () => undefined as unknown as string[]
    await expect(wrong()).rejects.toMatchObject({
      code: 'CHART_NOT_FOUND',
      hints: ['The registry lists no versions: look the version up at the chart’s publisher.'],
    })
  })

  test('of an index with an image and a chart the chart is taken', async () => {
    const { registry, served } = filled('inner')
    const image = registry.image(oci, 'image', 'amd64', ['layer'])
    const absent = { ...image, digest: digestOf('absent'), platform: { os: 'linux', architecture: 'arm64' } }
    const on = { ...image, platform: { os: 'linux', architecture: 'amd64' } }
    const put = (...manifests: object[]) => registry.put(oci, '1.2.3', { manifests }, mediaTypes.ociIndex)
    put(on, absent, served, served)
    const chart = await resolve({ oci }, sources({ registry }))
    expect(chart.artifact?.manifest.descriptor).toEqual(served)
    expect(chart.packageDigest).toBe(digestOf(chart.package))
    const nested = registry.put(oci, 'nested', { manifests: [served] }, mediaTypes.ociIndex)
    put(on, nested)
    expect((await resolve({ oci }, sources({ registry }))).artifact?.manifest.descriptor).toEqual(served)
    const odd = [mediaTypes.ociManifest, mediaTypes.ociIndex].map(type =>
      registry.put(oci, 'odd', { config: 5, manifests: 'none' }, type),
    )
    put(...odd, served)
    expect((await resolve({ oci }, sources({ registry }))).artifact?.manifest.descriptor).toEqual(served)
    put(on, absent)
    await expect(resolve({ oci }, sources({ registry }))).rejects.toMatchObject({
      code: 'CHART_NOT_FOUND',
      message: `${oci}:1.2.3 is not a Helm chart: it is an index without one`,
    })
    const config = registry.blobOf('{"name":"two"}', mediaTypes.helmConfig)
    const other = registry.put(oci, 'other', { config, layers: [] })
    put(served, on, other)
    await expect(resolve({ oci }, sources({ registry }))).rejects.toMatchObject({
      code: 'CHART_NOT_FOUND',
      message: `${oci}:1.2.3 is an index of 2 Helm charts: which one is meant is open`,
      faults: [served.digest, other.digest],
    })
  })

  test('the package may have the type that helm gave it before 3.7, and no other', async () => {
    const { registry } = filled('inner')
    const config = registry.blobOf('{}', mediaTypes.helmConfig)
    const bytes = writePackage([{ path: 'one/Chart.yaml', bytes: Buffer.from(chartYaml) }])
    const put = (...types: string[]) =>
      registry.put(oci, '1.2.3', { config, layers: types.map(type => registry.blobOf(bytes, type)) })
    put('application/tar+gzip')
    expect((await resolve({ oci }, sources({ registry }))).packageDigest).toBe(digestOf(bytes))
    put('application/x-tar')
    await expect(resolve({ oci }, sources({ registry }))).rejects.toThrow(
      'is not a Helm chart: it has no layer',
    )
    put('application/tar+gzip', mediaTypes.helmChart)
    await expect(resolve({ oci }, sources({ registry }))).rejects.toThrow('it has several packages')
  })

  test('an image is not taken for a chart', async () => {
    const registry = new MemoryRegistry()
    registry.image(oci, '1.2.3', 'amd64', ['layer'])
    await expect(resolve({ oci }, sources({ registry }))).rejects.toThrow('is not a Helm chart')
  })
})

describe('from a path', () => {
  async function folder(files: Record<string, string>) {
    const memory = memoryFiles()
    for (const [path, text] of Object.entries(files)) await memory.write(`/spec/charts/one/${path}`, text)
    return sources({ files: memory })
  }

  test('a folder is packed under the chart’s name, ignored files left out, the same each time', async () => {
    const files = {
      '.helmignore': '\uFEFF# editors\n*.swp\r\nci/\n/notes.md\n',
      'Chart.yaml': chartYaml,
      'ci/values.yaml': 'a: 1',
      'notes.md': 'x',
      'templates/notes.md': 'x',
      'templates/a.yaml.swp': 'x',
      'templates/.hidden.yaml': 'x',
      'templates/below/.seen.yaml': 'x',
      'values.yaml': 'a: 2',
    }
    const chart = await resolve({ path: 'charts/one' }, await folder(files))
    const again = await resolve({ path: 'charts/one' }, await folder(files))
    expect(again.packageDigest).toBe(chart.packageDigest)
    expect([...(await readPackage(chart.package, () => true)).keys()]).toEqual([
      'one/.helmignore',
      'one/Chart.yaml',
      'one/templates/below/.seen.yaml',
      'one/templates/notes.md',
      'one/values.yaml',
    ])
  })

  test('patterns that helm refuses are named by their lines, all of them', async () => {
    const files = { 'Chart.yaml': chartYaml, '.helmignore': 'a\n**/b\n[a-\n\nc\\\n' }
    await expect(resolve({ path: 'charts/one' }, await folder(files))).rejects.toMatchObject({
      code: 'SPEC_INVALID',
      message: '/spec/charts/one/.helmignore has patterns that helm refuses',
      faults: [
        'line 2: **/b: helm has no **, only *',
        'line 3: [a-: a bracket or a backslash has no end',
        'line 5: c\\: a bracket or a backslash has no end',
      ],
    })
  })

  test('rules that leave out Chart.yaml are refused, for helm would find no chart', async () => {
    const files = { 'Chart.yaml': chartYaml, '.helmignore': '!a.yaml\n' }
    await expect(resolve({ path: 'charts/one' }, await folder(files))).rejects.toMatchObject({
      code: 'SPEC_INVALID',
      message: 'the .helmignore of /spec/charts/one leaves out Chart.yaml',
    })
  })

  test('a .helmignore may have any number of stars', async () => {
    const name = `${'a'.repeat(200)}c`
    const stars = `${'*a'.repeat(60)}*b`
    const files = { 'Chart.yaml': chartYaml, [name]: 'x', [`${name}b`]: 'x', '.helmignore': `${stars}\n` }
    const { package: bytes } = await resolve({ path: 'charts/one' }, await folder(files))
    expect([...(await readPackage(bytes, path => path.includes('aaa'))).keys()]).toEqual([`one/${name}`])
  })

  test('a package is taken as it is', async () => {
    const from = sources()
    await from.files.write('/spec/one.tgz', packed)
    expect((await resolve({ path: 'one.tgz' }, from)).packageDigest).toBe(digestOf(packed))
  })

  test('another chart or version than asked for is refused', async () => {
    const from = await folder({ 'Chart.yaml': chartYaml })
    await expect(resolve({ path: 'charts/one', version: '1.2.4' }, from)).rejects.toThrow(
      'holds one 1.2.3, not one 1.2.4',
    )
  })

  test('nothing there, and something that is no chart', async () => {
    await expect(resolve({ path: 'charts/two' }, sources())).rejects.toMatchObject({
      code: 'CHART_NOT_FOUND',
    })
    const from = sources()
    await from.files.write('/spec/one.tgz', 'text')
    await expect(resolve({ path: 'one.tgz' }, from)).rejects.toMatchObject({ code: 'CONTENT_MISMATCH' })
  })
})

test('the nearest versions are those around the one asked for', () => {
  const known = ['1.0.0', '1.1.0', '1.2.0', '1.3.0', '2.0.0', '2.1.0', '3.0.0', 'latest']
  expect(nearestVersions('1.2.5', known)).toEqual(['2.1.0', '2.0.0', '1.3.0', '1.2.0', '1.1.0', '1.0.0'])
  expect(nearestVersions('9.0.0', known)[0]).toBe('3.0.0')
  const short = ['latest', '7', '7.2-alpine', '6.2', '7.2.4', 'v8', '01', 'sha256-0123456789ab']
  expect(nearestVersions('7.1', short)).toEqual(['v8', '7.2.4', '7.2-alpine', '7', '6.2'])
  expect(nearestVersions('edge', short)).toEqual([])
})
