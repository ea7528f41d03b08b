import { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createInflow } from '../../../../src/adapters/registry/inflow.ts'

const kibibyte = 1024
const much = 10 * 1024 * kibibyte

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** An inflow whose socket reads what `read` is told, and what its reader was given. */
function open() {
  const socket = new Socket()
  const inflow = createInflow(socket, [])
  const given: (number | undefined)[] = []
  return {
    socket,
    given,
    read(bytes: number) {
      return inflow.take(bytes, inflow.room())
    },
    ask(left: number) {
      void inflow.next(left).then(chunk => given.push(chunk?.length))
    },
  }
}

it('a reader is woken for a quarter of a mebibyte, however small the reads', async () => {
  const { ask, read, given } = open()
  ask(much)
  for (let i = 0; i < 63; i++) {
    read(4 * kibibyte)
    await turn()
  }
  expect(given).toEqual([])
  read(4 * kibibyte)
  await turn()
  expect(given).toEqual([256 * kibibyte])
})

it('for all that is left at once', async () => {
  const { ask, read, given } = open()
  ask(9 * kibibyte)
  read(4 * kibibyte)
  await turn()
  expect(given).toEqual([])
  read(5 * kibibyte)
  await turn()
  expect(given).toEqual([9 * kibibyte])
})

it('for whatever has come when that takes long', async () => {
  const { ask, read, given } = open()
  ask(much)
  read(1)
  await vi.advanceTimersByTimeAsync(49)
  expect(given).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(given).toEqual([1])
  ask(much)
  await vi.advanceTimersByTimeAsync(500)
  expect(given).toEqual([1])
  read(2)
  await turn()
  expect(given).toEqual([1, 2])
})

it('for what has come when the connection ends, and then for its end', async () => {
  const { ask, read, given, socket } = open()
  ask(much)
  read(3)
  socket.destroy()
  await turn()
  expect(given).toEqual([3])
  ask(much)
  await turn()
  expect(given).toEqual([3, undefined])
})

it('for a little at once where its buffer is full', async () => {
  const { ask, read, given } = open()
  expect(read(800 * kibibyte)).toBe(true)
  ask(much)
  await turn()
  ask(much)
  // Nothing more is read until the reader asks again.
  expect(read(170 * kibibyte)).toBe(false)
  await turn()
  expect(given).toEqual([800 * kibibyte, 170 * kibibyte])
})

it('not at all where enough is there', async () => {
  const { ask, read, given } = open()
  read(300 * kibibyte)
  await turn()
  ask(much)
  await Promise.resolve()
  await Promise.resolve()
  expect(given).toEqual([300 * kibibyte])
})
