import { expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import type { Helm, Release } from '../../../../src/kernel/ports/index.ts'
import { explained } from '../../../../src/seal/render/refused-values.ts'
import { memoryFiles } from '../../../support/memory-files.ts'

const failed = new SealiftError('RENDER_FAILED', 'helm failed while rendering app')
const files = { good: 'a: 1', bad: '- a' }

/** What becomes of the error with a helm that says this of values. */
async function told(error: unknown, template: (values: Release['values']) => Promise<string>) {
  const values = new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]))
  const helm = { template: ({ values: given }) => template(given) } as Partial<Helm> as Helm
  const { signal } = new AbortController()
  return explained(error, {
    helm,
    kubernetes: '1.36.0',
    apiVersions: [],
    values,
    folder: 'f',
    files: memoryFiles(),
    signal,
  })
}
const refusing = async ([bytes]: Release['values']) => {
  if (bytes === undefined || Buffer.from(bytes as Uint8Array).toString() !== files.bad) return ''
  throw new SealiftError('RENDER_FAILED', 'no', { hints: ['failed to parse values-0.yaml: not a map'] })
}

test('the file that helm does not take is the fault', async () => {
  expect(await told(failed, refusing)).toMatchObject({
    code: 'SPEC_INVALID',
    faults: ['bad: expected a mapping; helm: not a map'],
    cause: failed,
  })
})

test('where helm takes every file, or renders nothing at all, the error stays what it was', async () => {
  expect(await told(failed, async () => '')).toBe(failed)
  expect(await told(failed, () => Promise.reject(failed))).toBe(failed)
})

test('another error is not looked into, and one on the way is thrown', async () => {
  const other = new SealiftError('INTERRUPTED', 'interrupted')
  expect(await told(other, refusing)).toBe(other)
  await expect(told(failed, () => Promise.reject(other))).rejects.toBe(other)
})
