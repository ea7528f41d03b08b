import { SealiftError } from '../../src/kernel/errors/index.ts'
import { digestOf } from '../../src/kernel/oci/index.ts'
import type { Carrying, Files } from '../../src/kernel/ports/index.ts'

/** The bytes that begin an executable of the platform, as far as anybody looks (elf(5)). */
export function elfHead(platform: 'linux/amd64' | 'linux/arm64'): Buffer {
  const head = Buffer.alloc(64)
  head.write('\x7fELF\x02\x01\x01', 'latin1')
  head.writeUInt16LE(platform === 'linux/amd64' ? 62 : 183, 18)
  return head
}

/** Carrying among files in memory; `own` are the paths of Sealift's executables, by platform. */
export function memoryCarrying(files: Files, own: Readonly<Record<string, string>> = {}): Carrying {
  return {
    async place(from, to, { signal, mode, onRead }) {
      const bytes = await files.readBytes(from)
      if (signal.aborted) throw new SealiftError('INTERRUPTED', 'interrupted while files were carried')
      onRead?.(bytes.length)
      await files.write(to, bytes, mode)
      return { digest: digestOf(bytes), size: bytes.length }
    },
    executable: async platform => own[platform],
    page: async path => `the page ${path}`,
    async platformOf(path) {
      const head = (await files.readBytes(path)).slice(0, 64)
      const platforms = ['linux/amd64', 'linux/arm64'] as const
      return platforms.find(
        platform =>
          elfHead(platform).subarray(0, 6).equals(head.subarray(0, 6)) && elfHead(platform)[18] === head[18],
      )
    },
  }
}
