import * as z from 'zod'
import { printable } from '../../kernel/errors/index.ts'
import {
  annotations,
  type Descriptor,
  manifestLimit,
  mediaTypes,
  parseManifest,
} from '../../kernel/oci/index.ts'
import { parseYaml } from '../../kernel/yaml/index.ts'
import { type BundleLock, bundleLock } from '../lock/index.ts'
import { malformed } from './fault.ts'
import { formatAnnotation, formatVersion, limits, lockTitle, specTitle } from './layout.ts'
import type { Reading } from './reading.ts'

/** A file of the Sealift artifact. */
export interface CarriedFile {
  readonly title: string
  readonly descriptor: Descriptor
}

/** A program in a bundle. */
export interface CarriedTool {
  readonly name: string
  readonly version: string
  readonly platform: string
  /** The program's path inside the archive (.tar.gz); without it the blob is the program. */
  readonly member?: string
  readonly descriptor: Descriptor
}

/** What the Sealift artifact holds. */
export interface Artifact {
  readonly files: readonly CarriedFile[]
  readonly tools: readonly CarriedTool[]
  readonly lock: BundleLock
  readonly specText: string
}

const owner = 'the Sealift artifact'
/** Characters of one text in a lock. */
const longestText = 2000
// A path that stays below its folder on every system.
const path = z.string().regex(/^(?!\/)(?!.*(^|\/)\.{0,2}(\/|$))[\w.+@/-]{1,200}$/, 'no path below a folder')
const word = z.string().regex(/^[\w.+-]{1,64}$/)
const toolShape = z.object({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
  version: word,
  platform: z.string().regex(/^[a-z0-9]{1,32}\/[a-z0-9]{1,32}(\/v\d{1,2})?$/),
  member: path.exactOptional(),
})

/** Reads the Sealift artifact from its entry in index.json; faults are reported. */
export async function readArtifact(entry: Descriptor, reading: Reading): Promise<Artifact | undefined> {
  const format = entry.annotations?.[formatAnnotation] ?? ''
  if (format !== formatVersion) {
    reading.report(
      malformed(owner, `format ${format} is not the one that this sealift reads (${formatVersion})`),
    )
  }
  const bytes = await reading.document(entry, owner, manifestLimit)
  const manifest = bytes && reading.parsed(owner, () => parseManifest(bytes, entry.digest))
  if (manifest === undefined) return undefined
  reading.claim(manifest.config, owner, 'head')
  const files = manifest.layers.map(descriptor => ({
    title: descriptor.annotations?.[annotations.title] ?? '',
    descriptor,
  }))
  const titles = new Set<string>()
  for (const { title, descriptor } of files) {
    reading.claim(descriptor, `file ${title}`, 'body')
    if (!path.safeParse(title).success) reading.report(malformed(`file ${title}`, 'no path below a folder'))
    if (titles.has(title)) reading.report(malformed(`file ${title}`, 'is there twice'))
    titles.add(title)
  }
  const specText = await readText(files, specTitle, mediaTypes.bundleSpec, reading)
  const lockText = await readText(files, lockTitle, mediaTypes.bundleLock, reading)
  const lock = lockText === undefined ? undefined : reading.parsed(lockTitle, () => parseLock(lockText))
  const tools = files.flatMap(file => readTool(file, reading) ?? [])
  return lock === undefined || specText === undefined ? undefined : { files, tools, lock, specText }
}

async function readText(files: readonly CarriedFile[], title: string, mediaType: string, reading: Reading) {
  const file = files.find(one => one.title === title && one.descriptor.mediaType === mediaType)
  if (file === undefined) {
    reading.report(malformed(owner, `has no ${title}`))
    return undefined
  }
  const bytes = await reading.small(file.descriptor, title, limits.text)
  return bytes && reading.parsed(title, () => new TextDecoder('utf-8', { fatal: true }).decode(bytes))
}

function readTool({ title, descriptor }: CarriedFile, reading: Reading): CarriedTool | undefined {
  if (descriptor.mediaType !== mediaTypes.bundleTool) return undefined
  const notes = descriptor.annotations ?? {}
  const member = notes[annotations.toolMember]
  const result = toolShape.safeParse({
    name: notes[annotations.toolName],
    version: notes[annotations.toolVersion],
    platform: notes[annotations.toolPlatform],
    ...(member === undefined ? {} : { member }),
  })
  if (result.success) return { ...result.data, descriptor }
  const fields = result.error.issues.map(issue => issue.path.join('.')).join(', ')
  reading.report(malformed(`file ${title}`, `is no tool: its ${fields} cannot be used`))
  return undefined
}

// A lock of thousands of images; YAML of more takes more memory to read than a site can spare.
const mostLines = 200_000

function parseLock(text: string): BundleLock {
  if ((text.match(/[\n,[{]/g) ?? []).length > mostLines) throw new Error(`has more than ${mostLines} fields`)
  // Sealift writes no aliases, and a few lines of them can stand for billions of objects.
  const value = parseYaml(text, { aliases: false })
  refuseUnprintable(value)
  const result = bundleLock.safeParse(value)
  if (result.success) return result.data
  const faults = result.error.issues.slice(0, 5).map(issue => `${issue.path.join('.')}: ${issue.message}`)
  throw new Error(`is no lock: ${faults.join('; ')}`)
}

// What a lock says is printed: names, reasons, sources.
function refuseUnprintable(value: unknown): void {
  if (typeof value === 'string' && printable(value, longestText) !== value)
    throw new Error(`has text that cannot be shown: ${printable(value)}`)
  if (typeof value !== 'object' || value === null) return
  for (const [key, field] of Object.entries(value)) {
    refuseUnprintable(key)
    refuseUnprintable(field)
  }
}
