import { SealiftError } from '../../kernel/errors/index.ts'
import { checkYaml } from '../../kernel/yaml/index.ts'
import { type BundleLock, bundleLock } from './lock.ts'

/** Reads a bundle.lock.yaml. `fileName` is for messages. @throws SealiftError LOCK_INVALID with every fault */
export function parseLock(text: string, fileName: string): BundleLock {
  const { value, faults } = checkYaml(text, bundleLock)
  if (value !== undefined) return value
  throw new SealiftError('LOCK_INVALID', `${fileName} is not a lock that this version of Sealift reads`, {
    faults: (faults ?? []).slice(0, 50),
    hints: ['Make it anew with `sealift lock`, or restore it from version control.'],
  })
}
