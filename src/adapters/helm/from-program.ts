import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SealiftError, systemCode } from '../../kernel/errors/index.ts'
import type { TemporaryHelm } from '../../kernel/ports/index.ts'
import { temporaryFolder } from '../temporary.ts'
import { createHelm } from './helm.ts'
import type { HelmOptions } from './options.ts'

/**
 * Puts a helm program into a private folder and gives the port on it; `dispose` removes the folder.
 * @throws SealiftError DISK_FULL, FILE_FAILED
 */
export async function helmFrom(
  bytes: Uint8Array,
  cluster: Omit<HelmOptions, 'program'> = {},
): Promise<TemporaryHelm> {
  const { path: folder, dispose } = await temporaryFolder('sealift-tool-')
  const program = join(folder, 'helm')
  try {
    await writeFile(program, bytes, { mode: 0o700 })
    await chmod(program, 0o700)
  } catch (cause) {
    await dispose()
    const code = systemCode(cause) === 'ENOSPC' ? 'DISK_FULL' : 'FILE_FAILED'
    throw new SealiftError(code, `helm could not be unpacked into ${folder}`, { cause })
  }
  return { ...createHelm({ program, ...cluster }), dispose }
}
