/** What is carried when the bundle's path leads to something else than the file that was verified. */
import { readdir, readFile, rename, utimes, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { createCarrying } from '../../../../src/adapters/carrying.ts'
import { nodeFiles } from '../../../../src/adapters/files/index.ts'
import { digestOf, hexOf } from '../../../../src/kernel/oci/index.ts'
import { writeCarrier } from '../../../../src/seal/carrier/index.ts'
import { freshFolder } from '../../../contract/files/setting.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { sampleBundle } from '../../../support/sample-bundle.ts'
import { sampleCargo } from '../../../support/sample-cargo.ts'

const at = freshFolder()
const files = nodeFiles()
const { file } = sampleBundle()
// These tests look at no page.
const carrying = { ...createCarrying(), page: async (path: string) => `the page ${path}` }

/** Opens a bundle, has something done to what lies there, and carries it. */
async function carriedAfter(change: () => Promise<void>) {
  const source = await files.openBundle(at('b.tar'))
  try {
    await change()
    await writeFile(at('program'), 'a program')
    const cargo = sampleCargo(at('program'))
    return await writeCarrier(at('out'), { ...cargo, source }, { files, carrying }, recordedTalk())
  } finally {
    await source.close()
  }
}

async function replace(name: string, content: Uint8Array | string): Promise<void> {
  await writeFile(at('new'), content)
  await rename(at('new'), at(name))
}

test.each([
  ['another has its name', () => replace('b.tar', file)],
  [
    'its bytes were written over',
    async () => {
      await writeFile(at('b.tar'), Buffer.alloc(file.length))
      await utimes(at('b.tar'), 0, 0) // The clock of a file may not have moved on since it was made.
    },
  ],
])('a bundle of which %s is not carried', async (_, change) => {
  await writeFile(at('b.tar'), file)
  await expect(carriedAfter(change)).rejects.toMatchObject({
    code: 'FILE_FAILED',
    message: `${at('b.tar')} was replaced or written to while it was carried`,
  })
  expect(await readdir(at('out'))).toEqual(['GUIDE.txt'])
})

test('nor is a volume, and the list of volumes is the one that was read', async () => {
  const half = file.length / 2
  const parts = [file.subarray(0, half), file.subarray(half)]
  const list = parts.map((part, i) => `${hexOf(digestOf(part))}  b.tar.00${i + 1}\n`).join('')
  for (const [i, part] of parts.entries()) await writeFile(at(`b.tar.00${i + 1}`), part)
  await writeFile(at('b.tar.sha256'), list)
  await carriedAfter(() => replace('b.tar.sha256', 'another list\n'))
  expect(await readFile(at('out/b.tar.sha256'), 'utf8')).toBe(list)
  await writeFile(at('b.tar.sha256'), list)
  await expect(carriedAfter(() => replace('b.tar.002', parts[1] ?? ''))).rejects.toMatchObject({
    message: `${at('b.tar.002')} was replaced or written to while it was carried`,
  })
  expect(await readdir(at('out'))).not.toContain('SHA256SUMS.sig')
})
