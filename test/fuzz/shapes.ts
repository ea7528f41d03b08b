/** Forgeries that need several parts to agree: what one field at a time would hardly ever come to. */
import { gzipSync } from 'node:zlib'
import { annotations, canonicalJson, type Descriptor, mediaTypes } from '../../src/kernel/oci/index.ts'
import {
  blobPart,
  digestOfPart,
  documentOf,
  type Forgery,
  filePart,
  marks,
  type Part,
  partsWith,
  replace,
} from './forge.ts'
import { hostileText, names, numbers } from './hostile.ts'
import { packed } from './packages.ts'
import type { Random } from './random.ts'

type Change = (forgery: Forgery, random: Random) => string

const describe = (part: Part, mediaType: string): Descriptor => ({
  mediaType,
  digest: digestOfPart(part),
  size: part.body.length,
})
const json = (value: unknown) => Buffer.from(JSON.stringify(value))

/** Adds blobs, and changes index.json's entries. */
function changeIndex(forgery: Forgery, blobs: readonly Part[], change: (entries: Descriptor[]) => unknown[]) {
  const [index] = partsWith(forgery, marks.index)
  const document = documentOf(index)
  if (index === undefined || !Array.isArray(document?.manifests)) return
  forgery.parts.push(...blobs)
  replace(forgery, index, Buffer.from(canonicalJson({ ...document, manifests: change(document.manifests) })))
}

const named = (entry: Descriptor, name: string): Descriptor => ({
  ...entry,
  annotations: { [annotations.containerdName]: name, [annotations.refName]: name },
})

/** An image whose indexes lead to indexes; wide ones name the same child often. */
const indexes: Change = (forgery, random) => {
  const [manifest] = partsWith(forgery, marks.manifest)
  if (manifest === undefined) return 'no manifest'
  const [depth, width, fan] = [1 + random.below(5), random.count(60), random.count(40)]
  const made: Part[] = []
  let child = describe(manifest, mediaTypes.ociManifest)
  for (let level = 0; level < depth; level++) {
    const manifests = Array.from({ length: width }, () => child)
    const part = blobPart(json({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests }))
    made.push(part)
    child = describe(part, mediaTypes.ociIndex)
  }
  changeIndex(forgery, made, entries => [
    ...entries,
    ...Array.from({ length: fan }, (_, i) => named(child, `docker.io/lab/x:${i}`)),
  ])
  return `indexes ${depth} deep, ${width} wide, named ${fan} times`
}

/** Many entries of one kind, each with something else wrong or nothing at all. */
const entries: Change = (forgery, random) => {
  const many = random.count(300) + (random.once(40) ? 1900 : 0)
  changeIndex(forgery, [], all => {
    const entry = random.maybe(all)
    if (entry === undefined) return all
    return [
      ...all,
      ...Array.from({ length: many }, (_, i) => ({
        ...entry,
        annotations: random.once(2)
          ? { ...entry.annotations, [annotations.containerdName]: `x${i}` }
          : entry.annotations,
        ...(random.once(4) ? { size: random.pick(numbers) } : {}),
      })),
    ]
  })
  return `${many} entries more`
}

/** A manifest with many layers, or with layers that lie. */
const layers: Change = (forgery, random) => {
  const part = random.maybe(partsWith(forgery, '"layers"'))
  const manifest = documentOf(part)
  const layer = random.maybe((manifest?.layers ?? []) as Descriptor[])
  if (part === undefined || layer === undefined) return 'no manifest'
  const many = random.count(1200)
  const lie = random.below(4)
  const more = Array.from({ length: many }, (_, i) => ({
    ...layer,
    ...(lie === 1 ? { digest: `sha256:${i.toString(16).padStart(64, '0')}`, size: 1e15 } : {}),
    ...(lie === 2 ? { size: i } : {}),
    ...(lie === 3
      ? { urls: ['https://evil.example/'], annotations: { [annotations.title]: hostileText(random) } }
      : {}),
  }))
  replace(forgery, part, json({ ...manifest, layers: [...manifest.layers, ...more] }))
  return `${many} layers more (${lie})`
}

/** The Sealift artifact's files and tools under other names. */
const titles: Change = (forgery, random) => {
  const [part] = partsWith(forgery, marks.artifact)
  const manifest = documentOf(part)
  const file = random.maybe((manifest?.layers ?? []) as { annotations?: Record<string, string> }[])
  const key = random.maybe(Object.keys(file?.annotations ?? {}))
  if (part === undefined || file === undefined || key === undefined) return 'no artifact'
  const copy = { ...file, annotations: { ...file.annotations, [key]: random.pick(names) } }
  if (random.once(2)) Object.assign(file, copy)
  else manifest.layers.push(random.once(2) ? copy : file)
  replace(forgery, part, json(manifest))
  return `artifact: ${key}`
}

/** A chart or tool archive that is something else. */
const archives: Change = (forgery, random) => {
  const archive = random.maybe(forgery.parts.filter(({ body }) => body.length < 200 && body[0] === 0x1f))
  if (archive === undefined) return 'no archive'
  const { bytes, what } = packed(random)
  replace(forgery, archive, random.once(2) ? bytes : gzipSync(archive.body))
  return `archive: ${what}`
}

/** A chart, tool or image that is there twice, once as the lock says and once otherwise. */
const twice: Change = (forgery, random) => {
  const [chart] = partsWith(forgery, marks.chart)
  if (chart === undefined) return 'no chart'
  const other = blobPart(Buffer.concat([chart.body, Buffer.from(' ')]))
  changeIndex(forgery, [other], all => {
    const found = all.find(({ artifactType }) => artifactType === mediaTypes.helmConfig)
    const copy = { ...found, digest: digestOfPart(other), size: other.body.length }
    return random.once(2) ? [copy, ...all] : [...all, copy]
  })
  return 'a chart twice'
}

/** Platforms that print as something else. */
const platforms: Change = (forgery, random) => {
  const [part] = partsWith(forgery, marks.imageIndex)
  const index = documentOf(part)
  if (part === undefined || !index?.manifests?.[0]) return 'no index'
  const platform = { os: hostileText(random), architecture: random.pick(['amd64', hostileText(random)]) }
  index.manifests[0].platform = random.once(3)
    ? { os: 'linux', architecture: 'amd64', variant: hostileText(random) }
    : platform
  replace(forgery, part, json(index))
  return 'another platform'
}

/** Files at the archive's top that should not be there, or be otherwise. */
const tops: Change = (forgery, random) => {
  const name = random.pick(['oci-layout', 'index.json', 'manifest.json', 'repositories'])
  forgery.parts = forgery.parts.filter(part => part.name !== name)
  forgery.parts.splice(
    random.below(3),
    0,
    filePart(name, Buffer.from(random.pick(['{}', '', '[]', '\0'.repeat(600)]))),
  )
  return `another ${name}`
}

export const shapes: readonly Change[] = [
  indexes,
  entries,
  layers,
  titles,
  titles,
  archives,
  archives,
  twice,
  platforms,
  tops,
]
