import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { save } from '../../../../src/site/backup/save.ts'

const never = new AbortController().signal
async function* each(...list: readonly Uint8Array[]) {
  yield* list
}

test('a piece is whole until it is written, and its memory is given back before the next one is asked for', async () => {
  const given: Uint8Array[] = []
  const giving = async function* () {
    for (let n = 1; n <= 3; n++) {
      expect(given.map(({ length }) => length)).toEqual(given.map(() => 0))
      const piece = new Uint8Array(70_000).fill(n)
      given.push(piece)
      yield piece
    }
  }
  const written: Buffer[] = []
  const write = async (bytes: Uint8Array) => {
    await new Promise(setImmediate)
    written.push(Buffer.from(bytes))
  }
  const saved = await save(giving(), { write }, never)
  const whole = Buffer.concat([1, 2, 3].map(n => Buffer.alloc(70_000, n)))
  expect(Buffer.concat(written).equals(whole)).toBe(true)
  expect(saved).toEqual({ bytes: 210_000, digest: createHash('sha256').update(whole).digest('hex') })
  expect(given.map(({ length }) => length)).toEqual([0, 0, 0])
})

test('what shares a buffer with other bytes, or with another thread, stays as it is', async () => {
  const whole = new Uint8Array([1, 2, 3])
  const shared = new Uint8Array(new SharedArrayBuffer(2))
  await save(each(whole.subarray(1), Buffer.from('small'), shared), { write: async () => {} }, never)
  expect(whole).toEqual(new Uint8Array([1, 2, 3]))
  expect(shared.length).toBe(2)
  expect(Buffer.from('other').toString()).toBe('other')
})

test('what could not be written stays, and nothing more is asked for', async () => {
  const full = new Error('no room')
  const [first, second] = [new Uint8Array(4), new Uint8Array(4)]
  await expect(save(each(first, second), { write: () => Promise.reject(full) }, never)).rejects.toBe(full)
  expect([first.length, second.length]).toEqual([4, 4])
})

test('ends with the signal before it writes more', async () => {
  const stop = new AbortController()
  let written = 0
  const write = async () => {
    written += 1
    stop.abort(new Error('stopped'))
  }
  await expect(save(each(new Uint8Array(1), new Uint8Array(1)), { write }, stop.signal)).rejects.toThrow(
    'stopped',
  )
  expect(written).toBe(1)
})
