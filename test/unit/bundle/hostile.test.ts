/** What a stranger could put into a bundle: each is refused when it is opened, and found when it is verified. */
import { expect, test } from 'vitest'
import { openBundle } from '../../../src/bundle/index.ts'
import {
  annotations,
  canonicalJson,
  type Descriptor,
  digestOf,
  hexOf,
  mediaTypes,
} from '../../../src/oci/index.ts'
import { verifyBundle } from '../../../src/verify/index.ts'
import { type RawEntry, tarWith, withBlob, withEntries, withIndex } from '../../support/forged-bundle.ts'
import { memorySource } from '../../support/memory-files.ts'
import { sampleBundle, sampleImages } from '../../support/sample-bundle.ts'

const { file, lock, plan } = sampleBundle()
const text = (content: string) => Buffer.from(content)
const add = (entry: Partial<RawEntry>) =>
  withEntries(file, entries => [...entries, { name: 'x', body: Buffer.alloc(0), ...entry }])
const rename = (manifests: Descriptor[], at: number, notes: Record<string, string>) =>
  manifests.map((entry, i) =>
    i === at ? { ...entry, annotations: { ...entry.annotations, ...notes } } : entry,
  )
const both = (name: string) => ({ [annotations.containerdName]: name, [annotations.refName]: name })
const blob = (body: Buffer) => ({ name: `blobs/sha256/${hexOf(digestOf(body))}`, body })
const isArtifact = (body: string) => body.includes(`"artifactType":"${mediaTypes.bundleArtifact}"`)
const isChart = (body: string) => body.includes(mediaTypes.helmConfig) && body.includes('"layers"')
const isIndex = (body: string) => body.includes('"manifests"')
const isLock = (body: string) => body.includes('kind: BundleLock')
const isPlain = (body: string) => digestOf(body) === lock.images[0]?.digest
const nested = `${'['.repeat(100)}${']'.repeat(100)}`
const lockWith = (change: Partial<typeof lock>) =>
  sampleBundle({ lock: whole => ({ ...whole, ...change }) }).file

const cases: readonly (readonly [what: string, bytes: () => Buffer, fault: RegExp])[] = [
  // the archive
  [
    'a path out of the archive',
    () => add({ name: '../../etc/cron.d/x', body: text('x') }),
    /\.\.\/\.\.\/etc\/cron\.d\/x: /,
  ],
  ['an absolute path', () => add({ name: '/etc/passwd', body: text('x') }), /\/etc\/passwd: no name/],
  ['a path through a blob', () => add({ name: 'blobs/sha256/../../x' }), /no name that a bundle may hold/],
  [
    'a blob in capitals',
    () => add({ name: `blobs/sha256/${'A'.repeat(64)}` }),
    /no name that a bundle may hold/,
  ],
  [
    'a blob of another kind',
    () => add({ name: `blobs/sha512/${'a'.repeat(64)}` }),
    /no name that a bundle may hold/,
  ],
  ['one more file', () => add({ name: 'manifest.json', body: text('[]') }), /manifest\.json: no name/],
  ['a folder instead of a file', () => add({ name: 'oci-layout/', type: '5' }), /oci-layout\/: no name/],
  [
    'a symbolic link',
    () => add({ name: 'blobs/sha256/x', type: '2', linkTarget: '/etc/shadow' }),
    /is a symbolic link/,
  ],
  [
    'a hard link',
    () => add({ name: 'index.json', type: '1', linkTarget: 'oci-layout' }),
    /index\.json: is a hard link/,
  ],
  [
    'a pax header',
    () => add({ name: 'PaxHeader/x', type: 'x', body: text('19 path=../../../x\n') }),
    /is a pax header/,
  ],
  [
    'a GNU long name',
    () => add({ name: '././@LongLink', type: 'L', body: text('../x') }),
    /is a GNU long name/,
  ],
  ['a sparse file', () => add({ name: 'blobs/sha256/x', type: 'S' }), /is a sparse file/],
  ['a device', () => add({ name: 'blobs/sha256/x', type: '4' }), /is a block device/],
  ['a name with control characters', () => add({ name: 'x\u001b[2Jy' }), /x\\u\{1b\}\[2Jy: /],
  ['index.json twice', () => add({ name: 'index.json', body: text('{}') }), /index\.json: is there twice/],
  ['a blob twice', () => withEntries(file, all => [...all, ...all.slice(-1)]), /is there twice/],
  ['a size beyond the file', () => add({ ...blob(text('x')), size: 2 ** 40 }), /of its 1099511627776 bytes/],
  ['bytes after the end', () => Buffer.concat([file, text('#!/bin/sh\n')]), /goes on after the end/],
  ['many zeros after the end', () => Buffer.concat([file, Buffer.alloc(20_000)]), /goes on after the end/],
  ['a blob that nothing refers to', () => add(blob(text('stowaway'))), /nothing in the bundle refers to it/],
  ['no layout file', () => withEntries(file, all => all.slice(1)), /oci-layout: is missing/],
  [
    'another layout',
    () => withEntries(file, all => [{ name: 'oci-layout', body: text('{}') }, ...all.slice(1)]),
    /OCI image layout/,
  ],
  [
    'no index',
    () => withEntries(file, all => all.filter(one => one.name !== 'index.json')),
    /index\.json: is missing/,
  ],
  ['nothing', () => tarWith([]), /index\.json: is missing/],
  ['an empty file', () => Buffer.alloc(0), /ends after 0 bytes/],
  ['something else', () => Buffer.alloc(4096, 'garbage '), /byte 0: /],
  // index.json
  [
    'an index nested without end',
    () =>
      withEntries(file, all =>
        all.map(one => (one.name === 'index.json' ? { ...one, body: text(nested) } : one)),
      ),
    /deeper than 64/,
  ],
  [
    'an index of 5 MB',
    () =>
      withEntries(file, all =>
        all.map(one => (one.name === 'index.json' ? { ...one, body: Buffer.alloc(5_000_000, ' ') } : one)),
      ),
    /index\.json: is larger/,
  ],
  [
    'an index in another form',
    () =>
      withEntries(file, all =>
        all.map(one =>
          one.name === 'index.json' ? { ...one, body: Buffer.concat([one.body, text('\n')]) } : one,
        ),
      ),
    /one form/,
  ],
  [
    'a short name',
    () => withIndex(file, all => rename(all, 0, both('infisical:1'))),
    /infisical:1: is no full image name/,
  ],
  [
    'a name that is a digest',
    () => withIndex(file, all => rename(all, 0, both(`docker.io/lab/x@${digestOf('x')}`))),
    /no full image name/,
  ],
  [
    'a name that escapes the line',
    () => withIndex(file, all => rename(all, 0, both('docker.io/x:1\nroot'))),
    /docker\.io\/x:1\\u\{a\}root: is no full/,
  ],
  [
    'two different names',
    () => withIndex(file, all => rename(all, 0, { [annotations.refName]: 'docker.io/lab/other:1' })),
    /two name annotations differ/,
  ],
  ['one name twice', () => withIndex(file, all => [...all, ...all.slice(0, 1)]), /is there twice/],
  [
    'an image not in the lock',
    () => withIndex(file, all => rename(all, 0, both('docker.io/evil/x:1'))),
    /docker\.io\/evil\/x:1: is not in the lock/,
  ],
  ['an image left out', () => withIndex(file, all => all.slice(1)), /is in the lock but not in the bundle/],
  [
    'images that changed places',
    () =>
      withIndex(file, ([a, b, ...all]) => [
        { ...b, annotations: a?.annotations },
        { ...a, annotations: b?.annotations },
        ...all,
      ]),
    /the lock says/,
  ],
  [
    'a chart with an image name',
    () => withIndex(file, all => rename(all, 2, both('docker.io/lab/chart:1'))),
    /neither a named image/,
  ],
  ['a chart twice', () => withIndex(file, all => [...all, ...all.slice(2, 3)]), /the charts: one of them is/],
  [
    'a tool twice',
    () =>
      withBlob(file, isArtifact, body => {
        const artifact = JSON.parse(body)
        const tool = artifact.layers.find((one: Descriptor) => one.mediaType === mediaTypes.bundleTool)
        const [spec] = artifact.layers
        const other = { ...tool, ...{ digest: spec.digest, size: spec.size } }
        other.annotations = { ...tool.annotations, [annotations.title]: 'tools/other' }
        return canonicalJson({ ...artifact, layers: [other, ...artifact.layers] })
      }),
    /the tools: one of them is there twice/,
  ],
  [
    'an entry without name or type',
    () => withIndex(file, all => all.map((one, i) => (i === 0 ? { ...one, annotations: {} } : one))),
    /neither a named image/,
  ],
  [
    'a chart name that is a path',
    () => withIndex(file, all => rename(all, 2, { [annotations.chartName]: '../demo' })),
    /no name for a chart/,
  ],
  [
    'a chart name that Kubernetes refuses',
    () => withIndex(file, all => rename(all, 2, { [annotations.chartName]: 'De_mo' })),
    /no name for a chart/,
  ],
  [
    'a chart version that is a path',
    () => withIndex(file, all => rename(all, 2, { [annotations.chartVersion]: '1.0.0/../..' })),
    /no version of a chart/,
  ],
  [
    'another chart version',
    () => withIndex(file, all => rename(all, 2, { [annotations.chartVersion]: '9.9.9' })),
    /chart demo 9\.9\.9: is not in the lock/,
  ],
  [
    'a format of the future',
    () => withIndex(file, all => rename(all, 3, { 'dev.sealift.format': '2' })),
    /format 2 is not the one/,
  ],
  ['no Sealift artifact', () => withIndex(file, all => all.slice(0, 3)), /names 0 Sealift artifacts/],
  [
    'two Sealift artifacts',
    () => withIndex(file, all => [...all, ...all.slice(3)]),
    /names 2 Sealift artifacts/,
  ],
  [
    'a manifest that is not there',
    () => withIndex(file, all => all.map((one, i) => (i === 0 ? { ...one, digest: digestOf('gone') } : one))),
    /is missing/,
  ],
  [
    'a wrong size',
    () => withIndex(file, all => all.map((one, i) => (i === 0 ? { ...one, size: one.size + 1 } : one))),
    /the archive says/,
  ],
  [
    'a digest that is a path',
    () => withIndex(file, all => all.map((one, i) => (i === 0 ? { ...one, digest: 'sha256:../../x' } : one))),
    /not sha256: and 64 hex digits/,
  ],
  // manifests
  [
    'a manifest that is also an index',
    () => withBlob(file, isPlain, body => body.replace('{', '{"manifests":[],')),
    /field of an index/,
  ],
  ['a manifest that is no JSON', () => withBlob(file, isPlain, () => 'hello'), /not valid JSON/],
  [
    'a layer that is not there',
    () =>
      withBlob(file, isPlain, body =>
        body
          .replace(plan.wanted[0]?.digest ?? '', digestOf('x'))
          .replace(/"digest":"sha256:[0-9a-f]+"(?=[^{]*}\]})/, `"digest":"${digestOf('gone')}"`),
      ),
    /its blob sha256:[0-9a-f]+ \(\d+ bytes\) is missing/,
  ],
  [
    'an index without our platform',
    () => withBlob(file, isIndex, body => body.replace('"amd64"', '"s390x"')),
    /has no manifest for linux\/amd64/,
  ],
  [
    'two manifests for one platform',
    () => withBlob(file, isIndex, body => body.replace(/"manifests":\[({.*?}),{/, '"manifests":[$1,$1,{')),
    /two manifests for linux\/amd64/,
  ],
  [
    'a chart that is something else',
    () => withBlob(file, isChart, body => body.replace(mediaTypes.helmConfig, 'text/x')),
    /not a Helm chart/,
  ],
  [
    'a file that climbs',
    () => withBlob(file, isArtifact, body => body.replace('"budget.json"', '"../../.bashrc"')),
    /file \.\.\/\.\.\/\.bashrc: no path/,
  ],
  [
    'an absolute file',
    () => withBlob(file, isArtifact, body => body.replace('"budget.json"', '"/etc/passwd"')),
    /no path below a folder/,
  ],
  [
    'a file twice',
    () => withBlob(file, isArtifact, body => body.replace('"budget.json"', '"bundle.yaml"')),
    /file bundle\.yaml: is there twice/,
  ],
  [
    'a tool member that climbs',
    () => withBlob(file, isArtifact, body => body.replace('linux-amd64/helm', '../../bin/sh')),
    /is no tool: its member/,
  ],
  [
    'a tool name that is a path',
    () => withBlob(file, isArtifact, body => body.replace('"helm"', '"/bin/sh"')),
    /is no tool: its name/,
  ],
  [
    'a tool that is not in the lock',
    () => withBlob(file, isArtifact, body => body.replace('"4.1.4"', '"4.1.5"')),
    /tool helm 4\.1\.5 .*: is not in the lock/,
  ],
  [
    'no spec',
    () => withBlob(file, isArtifact, body => body.replace('"bundle.yaml"', '"other.yaml"')),
    /has no bundle\.yaml/,
  ],
  // the lock
  [
    'a lock with a stray field',
    () => withBlob(file, isLock, body => `${body}\nextra: 1\n`),
    /is no lock: .*extra/,
  ],
  ['a lock that is no YAML', () => withBlob(file, isLock, body => `${body}\n\t- [`), /bundle\.lock\.yaml: /],
  [
    'a lock of aliases',
    () =>
      withBlob(file, isLock, body =>
        body.replace('suspects: []', 'suspects:\n  - &a {chart: a, field: b, object: c, text: d}\n  - *a'),
      ),
    /bundle\.lock\.yaml: .*aliases/,
  ],
  [
    'a lock of many small things',
    () =>
      withBlob(file, isLock, body => body.replace('suspects: []', `suspects: [${'0,'.repeat(250_000)}0]`)),
    /more than 200000 fields/,
  ],
  [
    'a lock that writes on the terminal',
    () => lockWith({ metadata: { name: 'sample\u001b[2J', version: '1.0.0' } }),
    /cannot be shown: sample\\u\{1b\}\[2J/,
  ],
  [
    'a lock for another platform',
    () => lockWith({ platforms: ['linux/amd64', 'linux/arm64'] }),
    /has no manifest for linux\/arm64/,
  ],
  [
    'a lock with another chart',
    () =>
      lockWith({
        charts: lock.charts.map(chart => ({
          ...chart,
          package: { ...chart.package, digest: digestOf('x') },
        })),
      }),
    /is another than the one in the lock/,
  ],
]

test.each(cases)('%s', async (_, make, fault) => {
  const bytes = make()
  const error = await openBundle(memorySource(bytes)).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toMatchObject({
    code: expect.stringMatching(/^BUNDLE_(MALFORMED|DAMAGED)$/),
    faults: expect.arrayContaining([expect.stringMatching(fault)]),
  })
  const { faults } = await verifyBundle(memorySource(bytes))
  expect(faults.map(one => `${one.where}: ${one.message}`)).toEqual(
    expect.arrayContaining([expect.stringMatching(fault)]),
  )
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not be printed
  for (const one of faults) expect(one.where + one.message).not.toMatch(/[\u0000-\u001f\u202e]/)
})

test('the forging tools change nothing by themselves', () => {
  expect(withEntries(file, entries => entries).equals(file)).toBe(true)
  expect(withIndex(file, manifests => manifests).equals(file)).toBe(true)
  expect(sampleImages.plain).toBe(lock.images[0]?.name)
})
