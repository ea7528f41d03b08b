import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { nodeFiles } from '../../../src/adapters/files/index.ts'
import { digestOf } from '../../../src/kernel/oci/index.ts'

test('what lies open without work is hashed again when it is asked for', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'sealift-source-'))
  const path = join(dir, 'file')
  const bytes = Buffer.alloc(3_000_000, 'x')
  await writeFile(path, bytes)
  const source = await nodeFiles().openBundle(path)
  try {
    const digest = () => source.digest(0, bytes.length)
    const both = await Promise.all([digest(), digest()])
    await sleep(800) // the threads are gone by then
    for (const hex of [...both, await digest()]) expect(`sha256:${hex}`).toBe(digestOf(bytes))
  } finally {
    await source.close()
    await rm(dir, { recursive: true })
  }
})
