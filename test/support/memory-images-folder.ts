/** K3s's folder of images in memory, with as much of K3s as imports and pins what comes into it. */
import { namedEntry, placeEntries } from '../../src/bundle/layout/index.ts'
import {
  annotations,
  canonicalJson,
  type Descriptor,
  type Index,
  isDigest,
} from '../../src/kernel/oci/index.ts'
import type { ImagesFolder } from '../../src/kernel/ports/index.ts'
import { memorySource } from './memory-files.ts'
import type { MemoryRuntime } from './memory-runtime.ts'

/** The folder, with what a test may look at and change. */
export interface MemoryImagesFolder extends ImagesFolder {
  readonly files: Map<string, Buffer>
  /** Names in the order in which K3s has imported them. */
  readonly imported: string[]
  /** Whether K3s runs, and so looks; when it starts it takes its own pins off, and imports all that lies there. */
  running: boolean
  /** Whether it is on the volume of the bundle. */
  linkable: boolean
  freeBytes: number
  startK3s(): Promise<void>
}

/** A folder whose K3s imports into `runtime`. `readFile` gives the bytes of a file elsewhere. */
export function memoryImagesFolder(
  runtime: MemoryRuntime,
  readFile: (path: string) => Promise<Uint8Array> = () => Promise.reject(new Error('no file is elsewhere')),
): MemoryImagesFolder {
  const files = new Map<string, Buffer>()
  const imported: string[] = []
  const importFile = async (name: string) => {
    const bytes = files.get(name)
    if (!folder.running || bytes === undefined) return
    imported.push(name)
    await runtime.import(oneOf(bytes))
    const { manifests } = JSON.parse(indexOf(bytes)) as Index
    const named = manifests.flatMap(entry => {
      const name = entry.annotations?.[annotations.containerdName]
      return name === undefined ? [] : [{ name, entry }]
    })
    // K3s names each by its digest as well.
    const aliases = named.map(({ name, entry }) => ({
      name: `${name.replace(/@.*$/, '').replace(/:[^:/]*$/, '')}@${entry.digest}`,
      entry,
    }))
    await runtime.import(oneOf(emptyArchive(aliases.map(({ name, entry }) => namedEntry(name, entry)))))
    for (const { name } of [...named, ...aliases]) runtime.pinAsK3s(name)
  }
  const folder: MemoryImagesFolder = {
    ...{ files, imported, running: true, linkable: true, freeBytes: Number.MAX_SAFE_INTEGER },
    path: '/k3s/agent/images',
    require: async () => {},
    names: async () => [...files.keys()].sort(),
    remembered: async () => new Set(imported),
    canLink: async () => folder.linkable,
    async link({ path }, name) {
      if (!folder.linkable) return false
      files.set(name, Buffer.from(await readFile(path)))
      await importFile(name)
      return true
    },
    async write(name, content) {
      const parts: Uint8Array[] = []
      for await (const part of content) parts.push(part)
      files.set(name, Buffer.concat(parts))
      await importFile(name)
    },
    async rename(from, to) {
      files.set(to, files.get(from) ?? Buffer.alloc(0))
      files.delete(from)
      await importFile(to)
    },
    async remove(name) {
      files.delete(name)
    },
    tidy: async () => {},
    open: async name => memorySource(files.get(name) ?? Buffer.alloc(0), name),
    free: async () => folder.freeBytes,
    async startK3s() {
      folder.running = true
      for (const name of [...files.keys()].sort()) await importFile(name)
    },
  }
  return folder
}

async function* oneOf(bytes: Buffer) {
  yield bytes
}

/** An archive that gives images that are there further names. */
function emptyArchive(manifests: readonly Descriptor[]): Buffer {
  const index = Buffer.from(canonicalJson({ schemaVersion: 2, manifests }))
  const parts = placeEntries(index, [], 0).entries.flatMap(({ header, body, size }) =>
    isDigest(body) ? [] : [header, body, new Uint8Array((512 - (size % 512)) % 512)],
  )
  return Buffer.concat([...parts, new Uint8Array(1024)])
}

/** The text of index.json, the second entry of every archive of ours. */
function indexOf(bytes: Buffer): string {
  for (let at = 0; at < bytes.length; ) {
    const name = bytes
      .subarray(at, at + 100)
      .toString()
      .replace(/\0.*$/s, '')
    const size = Number.parseInt(bytes.subarray(at + 124, at + 135).toString(), 8) || 0
    if (name === 'index.json') return bytes.subarray(at + 512, at + 512 + size).toString()
    at += 512 + Math.ceil(size / 512) * 512
  }
  return '{"manifests":[]}'
}
