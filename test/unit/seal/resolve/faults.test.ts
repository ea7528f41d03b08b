import { describe, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { Faults } from '../../../../src/seal/resolve/faults.ts'

const { signal } = new AbortController()
const failing =
  (code: SealiftError['code'], message: string, details = {}) =>
  async () => {
    throw new SealiftError(code, message, details)
  }

describe('faults', () => {
  test('that there are none end nothing, and one is told as it is', async () => {
    const faults = new Faults(signal, 'locked')
    expect(await faults.attempt('it', async () => 5)).toBe(5)
    faults.tell()
    const one = failing('REGISTRY_FAILED', 'broken')
    expect(await faults.attempt('chart app', one)).toBeUndefined()
    expect(() => faults.tell()).toThrow('broken')
  })

  test('are told in their order, with the smallest code, each hint once', async () => {
    const faults = new Faults(signal, 'locked')
    const hints = ['log in']
    await faults.attempt('chart a', failing('REGISTRY_UNREACHABLE', 'chart a: nobody there', { hints }))
    await faults.attempt('chart b', failing('RENDER_FAILED', 'no', { faults: ['line 1: bad'], hints }))
    await faults.attempt('c', failing('REGISTRY_DENIED', 'denied'))
    expect(() => faults.tell()).toThrow(
      expect.objectContaining({
        code: 'RENDER_FAILED',
        message: '3 things could not be locked',
        faults: ['chart a: nobody there', 'chart b: no', 'chart b: line 1: bad', 'c: denied'],
        hints,
      }),
    )
  })

  test('of ours, and Ctrl-C, end it at once', async () => {
    const faults = new Faults(signal, 'locked')
    const bug = new TypeError('ours')
    await expect(faults.attempt('it', () => Promise.reject(bug))).rejects.toBe(bug)
    await expect(faults.attempt('it', failing('INTERRUPTED', 'stopped'))).rejects.toThrow('stopped')
    const stopped = new Faults(AbortSignal.abort(bug), 'locked')
    await expect(stopped.attempt('it', failing('REGISTRY_FAILED', 'aborted'))).rejects.toBe(bug)
  })
})
