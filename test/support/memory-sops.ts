/** A sops that knows by heart what is in each file, held to the contract of the real one. */
import { SealiftError } from '../../src/kernel/errors/index.ts'
import type { Sops, SopsFormat } from '../../src/kernel/ports/index.ts'

export interface MemorySops extends Sops {
  /** What a file is, decrypted; and in another form, where that is asked for. */
  put(path: string, format: SopsFormat, plain: string | Uint8Array, otherwise?: string): void
}

export function memorySops(): MemorySops {
  const known = new Map<string, { format: SopsFormat; plain: Uint8Array; otherwise: string }>()
  return {
    put: (path, format, plain, otherwise = '') =>
      known.set(path, { format, plain: Buffer.from(plain), otherwise }),
    async decrypt(path, format, { as = format, signal } = {}) {
      if (signal?.aborted === true) throw new SealiftError('INTERRUPTED', `interrupted while reading ${path}`)
      const file = known.get(path)
      if (file === undefined) throw new SealiftError('SOPS_FAILED', `${path}: sops found no such file`)
      if (file.format !== format) throw new SealiftError('SOPS_FAILED', `${path}: sops could not read it`)
      return as === format ? file.plain : Buffer.from(file.otherwise)
    },
  }
}
