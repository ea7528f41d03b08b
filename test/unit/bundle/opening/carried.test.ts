import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { openBundle } from '../../../../src/bundle/layout/index.ts'
import { bundledHelm } from '../../../../src/bundle/opening/carried.ts'
import { toolPieces } from '../../../../src/bundle/opening/index.ts'
import { entryHeader, paddedSize } from '../../../../src/kernel/archive/index.ts'
import type { TemporaryHelm } from '../../../../src/kernel/ports/index.ts'
import { memorySource } from '../../../support/memory-files.ts'
import { sampleBundle } from '../../../support/sample-bundle.ts'

/** Text that hardly gets smaller when it is packed, so that there is room for another archive in its place. */
const long = Array.from({ length: 40 }, (_, i) => createHash('sha256').update(`${i}`).digest('base64')).join(
  '',
)

/** The sample with the packed helm replaced by another one, zeros behind it: headers, sizes and index.json stay. */
function swapped(): Buffer {
  const { file, plan, lock } = sampleBundle({ seed: long })
  const helm = plan.wanted.find(({ digest }) => digest === lock.tools[0]?.content.digest)
  if (helm === undefined) throw new Error('the sample carries a helm')
  const program = Buffer.from('#!/bin/sh\necho evil\n')
  const evil = gzipSync(
    Buffer.concat([
      entryHeader('linux-amd64/helm', 'file', program.length, 0),
      program,
      Buffer.alloc(paddedSize(program.length) - program.length + 1024),
    ]),
  )
  const forged = Buffer.from(file)
  forged.fill(0, helm.offset, helm.offset + helm.size)
  evil.copy(forged, helm.offset)
  return forged
}

test('a helm that is not what its digest says is never run, whatever lies behind its archive', async () => {
  const bundle = await openBundle(memorySource(swapped()))
  const made: string[] = []
  const host = {
    platform: 'linux/amd64',
    helmFrom: async (program: Uint8Array | AsyncIterable<Uint8Array>) => {
      const pieces: Uint8Array[] = []
      for await (const piece of program as AsyncIterable<Uint8Array>) pieces.push(piece)
      made.push(Buffer.concat(pieces).toString())
      return {} as TemporaryHelm
    },
  }
  await expect(bundledHelm(bundle, host)).rejects.toMatchObject({ code: 'BUNDLE_DAMAGED' })
  expect(made).toEqual([])
  await bundledHelm(await openBundle(memorySource(sampleBundle({ seed: long }).file)), host)
  expect(made).toEqual([`#!/bin/sh\necho ${long}\n`])
})

test('a tool’s archive that has the program twice, or not at all, is refused', async () => {
  const archive = (...paths: string[]) =>
    gzipSync(
      Buffer.concat([
        ...paths.flatMap(path => [entryHeader(path, 'file', 4, 0), Buffer.from('same'), Buffer.alloc(508)]),
        Buffer.alloc(1024),
      ]),
    )
  const read = async (packed: Uint8Array) => {
    const pieces: Uint8Array[] = []
    for await (const piece of toolPieces(Readable.from([packed]), 'bin/helm')) pieces.push(piece)
    return Buffer.concat(pieces).toString()
  }
  expect(await read(archive('other', 'bin/helm'))).toBe('same')
  for (const packed of [archive('bin/helm', 'bin/helm'), archive('other')])
    await expect(read(packed)).rejects.toMatchObject({ code: 'CONTENT_MISMATCH' })
})
