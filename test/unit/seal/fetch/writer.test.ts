import { expect, test } from 'vitest'
import { digestOf } from '../../../../src/kernel/oci/index.ts'
import { bufferPool } from '../../../../src/seal/fetch/buffers.ts'
import { blobWriter } from '../../../../src/seal/fetch/writer.ts'
import { turns } from './filling.ts'

/** A sink that keeps what it is given, and takes its time. */
function slowSink() {
  const pieces: Uint8Array[] = []
  const copies: Uint8Array[] = []
  let writing = 0
  return {
    pieces,
    under: () => writing,
    async write(bytes: Uint8Array) {
      pieces.push(bytes)
      writing++
      await turns(3)
      copies.push(Buffer.from(bytes))
      writing--
    },
    resume: async () => {},
    digest: async () => digestOf(Buffer.concat(copies)).slice('sha256:'.length),
  }
}

const shared = (text: string) => {
  const bytes = Buffer.from(new SharedArrayBuffer(text.length))
  bytes.write(text)
  return bytes
}

test('what lies in shared memory is written as it lies there, after what came before, before the next is taken', async () => {
  const sink = slowSink()
  const writer = blobWriter(
    sink,
    bufferPool(2, () => Buffer.alloc(8)),
    0,
    () => {},
  )
  await writer.add(Buffer.from('head '))
  const [first, second] = [shared('one '), shared('two ')]
  await writer.add(first)
  // Its lender may overwrite it from here on.
  expect(sink.under()).toBe(0)
  await writer.add(second)
  await writer.add(Buffer.from('tail'))
  expect(await writer.finish()).toBe(digestOf('head one two tail').slice('sha256:'.length))
  expect(sink.pieces[1]?.buffer).toBe(first.buffer)
  expect(sink.pieces[2]?.buffer).toBe(second.buffer)
  expect(writer.written).toBe('head one two tail'.length)
})

test('a write that failed is told where the next bytes come', async () => {
  const sink = { ...slowSink(), write: () => Promise.reject(new Error('no room')) }
  const writer = blobWriter(
    sink,
    bufferPool(2, () => Buffer.alloc(8)),
    0,
    () => {},
  )
  await expect(writer.add(shared('one'))).rejects.toThrow('no room')
  expect(writer.written).toBe(0)
})
