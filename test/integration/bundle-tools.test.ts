/** A bundle is read by the tools that people have; none of them is ours. */
import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBundle } from '../../src/bundle/layout/index.ts'
import { entryHeader, paddedSize } from '../../src/kernel/archive/index.ts'
import { digestOf, hexOf, mediaTypes } from '../../src/kernel/oci/index.ts'
import { loadArchive } from '../../src/site/load/index.ts'
import { startRegistry } from '../support/connected/index.ts'
import { memorySource } from '../support/memory-files.ts'
import { aptInstall } from '../support/packages.ts'
import { sampleBundle, sampleImages } from '../support/sample-bundle.ts'
import { goTool } from '../support/tools/build.ts'

const sample = sampleBundle({ layerSize: 200_000 })
let folder = ''
let file = ''
let tree = ''

beforeAll(async () => {
  await aptInstall(['skopeo'], console.log)
  folder = await mkdtemp(join(tmpdir(), 'sealift-tools-'))
  file = join(folder, 'sample.tar')
  tree = join(folder, 'tree')
  await writeFile(file, sample.file)
  await mkdir(tree)
  await execa('tar', ['xf', file, '-C', tree])
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('tar lists it, in the order of the format', async () => {
  const { stdout, stderr } = await execa('tar', ['tvf', file, '--numeric-owner', '--utc'])
  expect(stderr).toBe('')
  const lines = stdout.split('\n').map(line => line.split(/\s+/))
  expect(lines.slice(0, 4).map(([mode, owner, , date, , name]) => [mode, owner, date, name])).toEqual([
    ['-rw-r--r--', '0/0', '1970-01-01', 'oci-layout'],
    ['-rw-r--r--', '0/0', '1970-01-01', 'index.json'],
    ['drwxr-xr-x', '0/0', '1970-01-01', 'blobs/'],
    ['drwxr-xr-x', '0/0', '1970-01-01', 'blobs/sha256/'],
  ])
  expect(lines.length).toBe(4 + new Set(lines.slice(4).map(line => line.at(-1))).size)
})

test.each(Object.values(sampleImages))('skopeo inspects %s by its full name', async name => {
  const { stdout } = await execa('skopeo', ['inspect', `oci-archive:${file}:${name}`])
  expect(JSON.parse(stdout)).toMatchObject({ Os: 'linux', Architecture: 'amd64' })
})

test.each(Object.values(sampleImages))('skopeo copies %s out of it, layers checked', async name => {
  const out = join(folder, `copy-${hexOf(digestOf(name)).slice(0, 8)}`)
  await execa('skopeo', ['copy', '--insecure-policy', `oci-archive:${file}:${name}`, `dir:${out}`])
  const manifest = await readFile(join(out, 'manifest.json'))
  const platforms = sample.lock.images.find(image => image.name === name)?.platforms
  expect(digestOf(manifest)).toBe(platforms?.['linux/amd64']?.manifest)
  const layers: { digest: string }[] = JSON.parse(manifest.toString()).layers
  expect(await readdir(out)).toEqual(expect.arrayContaining(layers.map(layer => layer.digest.slice(7))))
})

test.each([
  ['the file', () => file],
  ['the unpacked tree', () => tree],
])('oras reads every image, chart and the Sealift artifact from %s', async (_, layout) => {
  const oras = await goTool('oras')
  const index: { manifests: { digest: string; artifactType?: string }[] } = JSON.parse(
    await readFile(join(tree, 'index.json'), 'utf8'),
  )
  expect(index.manifests.map(entry => entry.artifactType)).toEqual([
    undefined,
    undefined,
    mediaTypes.helmConfig,
    mediaTypes.bundleArtifact,
  ])
  for (const { digest } of index.manifests) {
    const args = ['manifest', 'fetch', '--oci-layout', `${layout()}@${digest}`]
    const { stdout } = await execa(oras, args, { stripFinalNewline: false })
    expect(digestOf(stdout)).toBe(digest)
  }
})

test('oras pulls the files of the Sealift artifact under their titles', async () => {
  const bundle = await openBundle(memorySource(sample.file))
  const index: { manifests: { digest: string }[] } = JSON.parse(
    await readFile(join(tree, 'index.json'), 'utf8'),
  )
  const out = join(folder, 'pulled')
  const digest = index.manifests.at(-1)?.digest
  await execa(await goTool('oras'), ['pull', '--oci-layout', `${file}@${digest}`, '-o', out])
  expect(await readFile(join(out, 'bundle.yaml'), 'utf8')).toBe(bundle.specText)
  expect(await readdir(join(out, 'tools'))).toEqual(['helm.tar.gz'])
})

test('crane validates an image of it, read as a layout', async () => {
  // crane takes a layout with one image: what load streams to a node is such an archive.
  const bundle = await openBundle(memorySource(sample.file))
  const image = bundle.images.find(one => one.name === sampleImages.plain)
  const stream = loadArchive(bundle, image === undefined ? [] : [image], 'linux/amd64')
  const single = join(folder, 'single')
  await mkdir(single)
  await execa('tar', ['xf', '-', '-C', single], { stdin: stream })
  const crane = await goTool('crane')
  const target = join(folder, 'single.tar')
  await execa('skopeo', [
    'copy',
    '--insecure-policy',
    `oci:${single}:${sampleImages.plain}`,
    `docker-archive:${target}:${sampleImages.plain}`,
  ])
  const { stdout } = await execa(crane, ['validate', '--tarball', target])
  expect(stdout).toContain('PASS')
})

test('crane by itself wants every platform that an index names; of what skopeo copies out it finds all', async () => {
  const crane = await goTool('crane')
  const registry = await startRegistry()
  try {
    const pushed = await execa(crane, ['push', '--index', tree, `${registry.host}/tree:1`], { reject: false })
    expect(pushed).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('no such file') })
    for (const [tag, name] of Object.entries(sampleImages)) {
      const place = `${registry.host}/copied:${tag}`
      const copy = ['copy', '--insecure-policy', '--dest-tls-verify=false']
      await execa('skopeo', [...copy, `oci-archive:${file}:${name}`, `docker://${place}`])
      const { stdout } = await execa(crane, ['validate', '--remote', place])
      expect(stdout).toContain(`PASS: ${place}`)
    }
  } finally {
    await registry.stop()
  }
})

test('tar reads the size of a layer of 9 GiB, which no octal field holds', async () => {
  const large = join(folder, 'large.tar')
  const size = 9 * 2 ** 30 + 1
  const handle = await open(large, 'w')
  await handle.write(entryHeader('blobs/large', 'file', size, 0))
  await handle.truncate(512 + paddedSize(size) + 1024)
  await handle.close()
  const { stdout } = await execa('tar', ['tvf', large])
  expect(stdout.split(/\s+/)[2]).toBe(String(size))
})
