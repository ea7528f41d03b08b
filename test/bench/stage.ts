/** Everything that measurements stand on: a registry with the images, locked specs, peers, a folder on disk. */
import { mkdir, mkdtemp, open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { helmArtifact, helmVersion, type Image, push, startRegistry } from '../support/connected/index.ts'
import { goTool } from '../support/tools/build.ts'
import { allImages, type BenchImage, oneImage, pushImages, smallImages } from './images.ts'
import { blobFile } from './large.ts'
import { type Measured, measured, type Words } from './measure.ts'
import { writeRegistries, writeSpec } from './spec.ts'

/** The specs that are locked, by name, and the images that each carries; more may be added. */
const specs = { full: allImages, platform: ['platform'], small: smallImages, one: oneImage, near: allImages }

/** A spec's name. */
export type SpecName = keyof typeof specs | 'large'

/** The stage. */
export interface Stage {
  /** Folder on the disk that everything is written to. */
  readonly dir: string
  /** The compiled CLI that is measured: its bin.js. */
  readonly bin: string
  /** `127.0.0.1:PORT` of the registry. */
  readonly host: string
  readonly images: ReadonlyMap<BenchImage, Image>
  readonly signal: AbortSignal
  /** The registry's storage folder. */
  readonly storage: string
  /** Writes and locks one more spec. */
  lock(name: SpecName, images: readonly string[]): Promise<void>
  /** Where the registry keeps the blobs of these images and of helm, each once. */
  readonly blobFiles: readonly string[]
  /** Runs commands and measures them, after everything written before has reached the disk. */
  measure(commands: readonly (Words | string)[]): Promise<Measured>
  /** Lets a file reach the disk, and measures that. */
  sync(file: string): Promise<Measured>
  /** Command words that build a spec, through the registry itself or through another address of it. */
  build(spec: SpecName, registries?: string): Words
  /** Command words that lock a spec again, and find nothing changed. */
  lockAgain(spec: SpecName, registries?: string): Words
  /** The bundle that they make. */
  bundle(spec: SpecName): string
  /** Blobs that the registry has sent since the last call: requests and bytes. */
  blobsSent(): Promise<{ requests: number; bytes: number }>
  /** Requests that the registry has answered since the last call. */
  requests(): Promise<number>
}

/** Starts it; `closing` gets what ends it again. @throws Error when something does not start */
export async function setStage(
  bin: string,
  signal: AbortSignal,
  closing: (() => Promise<unknown>)[],
  log: (line: string) => void,
): Promise<Stage> {
  const dir = await mkdtemp('/var/tmp/sealift-bench-')
  closing.push(() => rm(dir, { recursive: true, force: true }))
  const storage = join(dir, 'registry')
  const registry = await startRegistry({ dir: storage })
  closing.push(() => registry.stop())
  log('making the images: 650 MB')
  const images = await pushImages(registry.host, signal)
  const helm = await helmArtifact()
  await push(registry.host, 'tools/helm', helmVersion, helm)
  const direct = await writeRegistries(join(dir, 'registries.yaml'), registry.host)
  const node = (...words: string[]): Words => [process.execPath, bin, ...words]
  const lock = async (name: string, carried: readonly string[]) => {
    // What `near` waits for are questions: its helm is at hand.
    await writeSpec(join(dir, name), name, carried, name === 'near' ? await goTool('helm') : undefined)
    await measured([node('lock', join(dir, name), '--registries', direct, '--quiet')], { signal })
  }
  for (const [name, carried] of Object.entries(specs)) await lock(name, carried)
  const out = join(dir, 'out')
  await mkdir(out)
  const digests = [...images.values(), helm].flatMap(({ blobs }) => blobs.map(({ digest }) => digest))
  let logRead = 0
  const logged = async () => {
    const from = logRead
    logRead = (await stat(registry.logFile)).size
    return await readPart(registry.logFile, from, logRead)
  }
  return {
    dir,
    bin,
    storage,
    lock,
    host: registry.host,
    images,
    signal,
    blobFiles: [...new Set(digests)].map(digest => blobFile(storage, digest)),
    async measure(commands) {
      await measured([['sync']], { signal })
      return measured(commands, { signal })
    },
    sync: file => measured([['sync', file]], { signal }),
    build: (spec, registries = direct) =>
      node('build', join(dir, spec), '--output', out, '--registries', registries, '--quiet'),
    lockAgain: (spec, registries = direct) =>
      node('lock', join(dir, spec), '--locked', '--registries', registries, '--quiet'),
    bundle: spec => join(out, `${spec}-1.0.0.tar`),
    blobsSent: async () => blobsIn(await logged()),
    requests: async () => answered(await logged()).length,
  }
}

async function readPart(path: string, from: number, to: number): Promise<string> {
  const file = await open(path)
  try {
    const { buffer } = await file.read(Buffer.alloc(to - from), 0, to - from, from)
    return buffer.toString()
  } finally {
    await file.close()
  }
}

/** Lines of distribution's own log, one for each answer. */
function answered(text: string): string[] {
  return text.split('\n').filter(line => /msg="response completed/.test(line))
}

/** Counts answers to GETs of blobs in it. */
function blobsIn(text: string): { requests: number; bytes: number } {
  const sent = answered(text).filter(
    line => /\/blobs\/sha256/.test(line) && /http\.request\.method=GET/.test(line),
  )
  const bytes = sent.map(line => Number(/http\.response\.written=(\d+)/.exec(line)?.[1] ?? 0))
  return { requests: sent.length, bytes: bytes.reduce((sum, count) => sum + count, 0) }
}
