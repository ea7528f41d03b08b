import { resolve } from 'node:path'
import { bytes, SealiftError } from '../../kernel/errors/index.ts'
import type { Sops } from '../../kernel/ports/index.ts'
import { sopsFault } from './faults.ts'

/** Which sops, and how much of it is borne. */
interface SopsOptions {
  /** Path or name of sops 3; the one on PATH otherwise. */
  readonly program?: string
  /** Most bytes that a file may have when it is decrypted. */
  readonly limit?: number
  /** What its environment has beside this process's own. */
  readonly environment?: Readonly<Record<string, string>>
}

/** The Sops port on a real sops. */
export function createSops(options: SopsOptions = {}): Sops {
  const { program = 'sops', limit = 64 * 1024 * 1024, environment = {} } = options
  return {
    async decrypt(path, format, { as = format, signal } = {}) {
      const { execa } = await import('execa')
      // Both types: by itself sops goes by the last letters of the name. The older flag, which sops 3.0 has as well;
      // an absolute path is never taken for a flag.
      const args = ['--decrypt', '--input-type', format, '--output-type', as, resolve(path)]
      const { failed, exitCode, isCanceled, isMaxBuffer, stdout, stderr, code } = await execa(program, args, {
        reject: false,
        encoding: 'buffer',
        stripFinalNewline: false,
        stdin: 'ignore',
        maxBuffer: limit,
        env: environment,
        forceKillAfterDelay: 2_000,
        ...(signal ? { cancelSignal: signal } : {}),
      })
      if (isCanceled) throw new SealiftError('INTERRUPTED', `interrupted while reading ${path}`)
      if (isMaxBuffer)
        throw new SealiftError('SOPS_FAILED', `${path}: it is larger than ${bytes(limit)} when decrypted`)
      if (exitCode !== undefined && failed) throw sopsFault(path, exitCode, Buffer.from(stderr).toString())
      if (failed) throw unstarted(program, path, code)
      return stdout
    },
  }
}

function unstarted(program: string, path: string, code: string | undefined): SealiftError {
  if (code === undefined) return new SealiftError('SOPS_FAILED', `${path}: sops was ended before it was done`)
  const message = code === 'ENOENT' ? `there is no ${program} on PATH` : `${program} cannot be run: ${code}`
  return new SealiftError('SOPS_FAILED', message, {
    hints: ['install sops 3 (github.com/getsops/sops), which these files were encrypted with'],
  })
}
