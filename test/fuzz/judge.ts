/** What must hold whatever a reader is given: a clear error or a correct read, in bounded text, bytes and memory. */
import { createHash } from 'node:crypto'
import { type Bundle, openBundle } from '../../src/bundle/layout/index.ts'
import { type Verdict, verifyBundle } from '../../src/bundle/verify/index.ts'
import { type ErrorCode, SealiftError } from '../../src/kernel/errors/index.ts'
import { parseSpec } from '../../src/kernel/inputs/index.ts'
import { type Digest, hexOf } from '../../src/kernel/oci/index.ts'
import { readPackage } from '../../src/kernel/packages/index.ts'
import type { BundleSource } from '../../src/kernel/ports/index.ts'
import { loadArchive, planLoad } from '../../src/site/load/index.ts'
import { memorySource } from '../support/memory-files.ts'
import { alike, taken } from '../support/odd-fields.ts'
import type { Case, DocumentCase } from './cases.ts'
import { readers } from './readers.ts'

/** How a case ended: read, or refused with a code. */
export type Outcome = 'read' | ErrorCode

const packageLimits = { entries: 100, bytes: 700_000 }
const longestRead = 4 * 1024 * 1024
const longestText = 2000
const mostFaults = 1001
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

/** Judges one case. @throws Error that says which property does not hold */
export async function judge(made: Case): Promise<Outcome> {
  if (made.kind === 'document') return judgeDocument(made)
  return made.kind === 'package' ? refusedOr(() => unpack(made.bytes)) : judgeBundle(made.bytes)
}

/** A document is read, or refused; what counts as absent, or is of no matter, changes nothing in that. */
async function judgeDocument({ reader, text, like }: DocumentCase): Promise<Outcome> {
  const read = (body: string) => readers[reader]?.read(body)
  const outcome = await refusedOr(async () => read(text))
  must(outcome !== 'BUG', 'it ended as a fault of ours')
  if (like !== undefined) {
    const [one, other] = [await taken(() => read(text)), await taken(() => read(like))]
    must(alike(one, other), `read otherwise than ${like.slice(0, 200)}`)
  }
  return outcome
}

async function judgeBundle(bytes: Buffer): Promise<Outcome> {
  const opening = counted(bytes)
  let bundle: Bundle | undefined
  const opened = await refusedOr(async () => {
    bundle = await openBundle(opening.source)
  })
  must(
    opening.read() <= 3 * bytes.length + 65_536,
    `${opening.read()} bytes were read to open ${bytes.length}`,
  )
  const verifying = counted(bytes)
  const { faults, ...verdict } = await verifyBundle(verifying.source)
  must(
    verifying.read() <= 4 * bytes.length + 65_536,
    `${verifying.read()} bytes were read to verify ${bytes.length}`,
  )
  must(faults.length <= mostFaults, `${faults.length} faults`)
  for (const fault of faults) mustPrint(`${fault.where}: ${fault.message}`)
  if (bundle === undefined) {
    must(faults.length > 0, `it does not open (${opened}) but verify finds nothing`)
    return opened
  }
  const serious = faults.filter(
    ({ code, message }) => code !== 'BUNDLE_DAMAGED' && !message.includes('not zeros'),
  )
  must(serious.length === 0, `it opens, but verify finds ${JSON.stringify(serious[0])}`)
  return readAll(bundle, { ...verdict, faults })
}

/** Reads everything that an open bundle can give. */
async function readAll(bundle: Bundle, { digest, faults }: Verdict): Promise<Outcome> {
  must(bundle.digest === digest, 'open and verify differ in the digest')
  mustAgree(bundle)
  mustPrintAll(bundle.lock, 0)
  for (const { title } of bundle.files) mustPrint(title)
  await refusedOr(async () => parseSpec(bundle.specText, 'bundle.yaml'))
  const ends: Outcome[] = []
  for (const [wanted, size] of blobsOf(bundle)) {
    if (size <= longestRead) ends.push(await refusedOr(() => bundle.read(wanted, longestRead)))
    ends.push(await refusedOr(() => mustBe(wanted, size, bundle.stream(wanted))))
  }
  ends.push(
    await refusedOr(async () => {
      const plan = planLoad(bundle, [], 'linux/amd64')
      let length = 0
      for await (const chunk of loadArchive(bundle, plan.missing, 'linux/amd64')) length += chunk.length
      must(length % 512 === 0 && length > plan.bytes, `an archive of ${length} bytes for ${plan.bytes}`)
    }),
  )
  const fine: readonly Outcome[] = ['read', 'BUNDLE_WRONG_PLATFORM']
  // Layers that a sound archive does not have make it a delta.
  const delta: readonly Outcome[] = bundle.absent.length > 0 ? ['BASE_MISSING'] : []
  const refused = ends.find(end => ![...fine, ...delta].includes(end))
  must(refused === undefined || faults.length > 0, `it is sound, but reading it ends in ${refused}`)
  for (const { package: archive } of bundle.charts)
    await refusedOr(() => unpack(bundle.stream(archive.digest)))
  for (const tool of bundle.tools) await refusedOr(() => unpack(bundle.stream(tool.descriptor.digest)))
  return refused ?? 'read'
}

/** Everything that would be installed is what the lock says, and there once. */
function mustAgree({ lock, images, charts, tools }: Bundle): void {
  const pairs: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    [
      'images',
      lock.images.map(({ name, digest }) => `${name} ${digest}`),
      images.map(({ name, descriptor }) => `${name} ${descriptor.digest}`),
    ],
    [
      'charts',
      lock.charts.map(({ name, version, manifest }) => `${name} ${version} ${manifest.digest}`),
      charts.map(({ name, version, manifest }) => `${name} ${version} ${manifest.digest}`),
    ],
    [
      'tools',
      lock.tools.map(({ name, version, content }) => `${name} ${version} ${content.digest}`),
      tools.map(({ name, version, descriptor }) => `${name} ${version} ${descriptor.digest}`),
    ],
  ]
  for (const [what, locked, found] of pairs)
    must(String([...locked].sort()) === String([...found].sort()), `its ${what} are not those of its lock`)
}

function blobsOf({ images, charts, files }: Bundle): Map<Digest, number> {
  const manifests = images.flatMap(image => [...image.platforms.values()])
  const parts = manifests.flatMap(({ descriptor, config, layers, parents }) => [
    descriptor,
    config,
    ...layers,
    ...parents,
  ])
  const rest = [
    ...charts.flatMap(chart => [chart.manifest, chart.package]),
    ...files.map(file => file.descriptor),
  ]
  return new Map([...parts, ...rest].map(({ digest, size }) => [digest, size]))
}

async function mustBe(digest: Digest, size: number, stream: AsyncIterable<Uint8Array>): Promise<void> {
  const hash = createHash('sha256')
  let length = 0
  for await (const chunk of stream) {
    hash.update(chunk)
    length += chunk.length
  }
  must(
    length === size && hash.digest('hex') === hexOf(digest),
    `blob ${digest} was given out as something else`,
  )
}

async function unpack(packed: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
  const files = await readPackage(packed, () => true, packageLimits)
  const bytes = [...files.values()].reduce((sum, file) => sum + file.length, 0)
  must(bytes <= packageLimits.bytes, `a package unpacked to ${bytes} bytes`)
  must(files.size <= packageLimits.entries, `a package unpacked to ${files.size} files`)
  for (const path of files.keys())
    must(
      !path.startsWith('/') && !path.split('/').includes('..'),
      `a package has the file ${JSON.stringify(path)}`,
    )
}

/** Runs something that may refuse. @throws Error when it fails in any other way, or refuses in unfit words */
async function refusedOr(run: () => Promise<unknown>): Promise<Outcome> {
  try {
    await run()
    return 'read'
  } catch (error) {
    if (!(error instanceof SealiftError)) throw error
    must(error.faults.length <= mostFaults, `${error.faults.length} faults`)
    for (const text of [error.message, ...error.faults, ...error.hints]) mustPrint(text)
    return error.code
  }
}

/** A source that is asked for nothing that is not there, and counts what is read. */
function counted(bytes: Buffer): { readonly source: BundleSource; read(): number } {
  const source = memorySource(bytes)
  let total = 0
  const read = async (offset: number, length: number) => {
    const sound = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0
    must(sound && length <= longestRead, `a read of ${length} bytes at ${offset}`)
    must(offset + length <= bytes.length, `a read beyond the end: ${length} bytes at ${offset}`)
    total += length
    return source.read(offset, length)
  }
  return { source: { ...source, read }, read: () => total }
}

function mustPrintAll(value: unknown, depth: number): void {
  must(depth < 20, 'a lock without end')
  if (typeof value === 'string') mustPrint(value)
  else if (typeof value === 'object' && value !== null)
    for (const [key, field] of Object.entries(value)) {
      mustPrint(key)
      mustPrintAll(field, depth + 1)
    }
}

function mustPrint(text: string): void {
  must(!unprintable.test(text), `unfit for a terminal: ${JSON.stringify(text.slice(0, 300))}`)
  must(
    text.length <= longestText,
    `a text of ${text.length} characters: ${JSON.stringify(text.slice(0, 100))}`,
  )
}

function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise)
}
