import { constants } from 'node:fs'
import { access, chmod, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SealiftError, systemCode } from '../../kernel/errors/index.ts'
import type { TemporaryHelm } from '../../kernel/ports/index.ts'
import { temporaryFailed, temporaryFolder } from '../temporary.ts'
import { createHelm } from './helm.ts'
import type { HelmOptions } from './options.ts'

/**
 * Puts a helm program into a private folder and gives the port on it; `dispose` removes the folder.
 * @throws SealiftError DISK_FULL, FILE_FAILED, also where no program may run in that folder, and what the bytes throw
 */
export async function helmFrom(
  bytes: Uint8Array | AsyncIterable<Uint8Array>,
  cluster: Omit<HelmOptions, 'program'> = {},
): Promise<TemporaryHelm> {
  const { path: folder, dispose } = await temporaryFolder('sealift-tool-')
  const program = join(folder, 'helm')
  try {
    await writeFile(program, bytes, { mode: 0o700 })
    await chmod(program, 0o700)
    // The system refuses it already where the volume is mounted with `noexec` (access(2)): said before anything is changed.
    await access(program, constants.X_OK)
  } catch (cause) {
    await dispose()
    if (cause instanceof SealiftError) throw cause
    if (systemCode(cause) === 'EACCES') throw notRun(dirname(folder), cause)
    throw temporaryFailed('unpack helm into', folder, cause)
  }
  return { ...createHelm({ program, ...cluster }), dispose }
}

function notRun(folder: string, cause: unknown): SealiftError {
  return new SealiftError(
    'FILE_FAILED',
    `helm cannot be run in ${folder}: no program may, it is mounted noexec`,
    {
      cause,
      hints: ['name a folder where programs may run, for this command alone: TMPDIR=/var/tmp sealift ...'],
    },
  )
}
