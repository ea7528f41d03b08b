/** The lock as a text: canonical when it is printed, refused with every fault when it is read. */
import { describe, expect, test } from 'vitest'
import { driftOf, parseLock, printLock } from '../../../../src/bundle/lock/index.ts'
import { printYaml } from '../../../../src/kernel/yaml/index.ts'
import { d, lockOf } from './small-lock.ts'

describe('the text', () => {
  test('comes back as the same lock, and printing that changes nothing', () => {
    const text = printLock(lockOf())
    const read = parseLock(text, 'bundle.lock.yaml')
    expect(printLock(read)).toBe(text)
    expect(driftOf(lockOf(), read)).toEqual([])
  })

  test('is the same whatever order lists and fields had', () => {
    const lock = lockOf()
    const shuffled = {
      ...lock,
      files: [...lock.files].reverse(),
      images: [...lock.images].reverse(),
      platforms: [...lock.platforms].reverse(),
    }
    expect(printLock(shuffled)).toBe(printLock(lock))
  })

  test('keeps the order of charts: it is the order of installing', () => {
    const { charts } = parseLock(printLock(lockOf()), 'bundle.lock.yaml')
    expect(charts.map(({ name }) => name)).toEqual(['second', 'first'])
  })

  test.each(['../../etc/passwd', '/etc/passwd', 'x\n/../../y'])(
    'names no file outside its folder: %j',
    path => {
      const text = printYaml({ ...lockOf(), files: [{ path, digest: d('x') }] })
      expect(() => parseLock(text, 'bundle.lock.yaml')).toThrow(
        expect.objectContaining({ code: 'LOCK_INVALID' }),
      )
    },
  )

  test('is sorted and says where it comes from', () => {
    const text = printLock(lockOf())
    expect(text).toMatch(/^# Written by `sealift lock`/)
    expect(text.indexOf('r.io/a:1')).toBeLessThan(text.indexOf('r.io/b:1'))
    expect(text.indexOf('bundle.yaml')).toBeLessThan(text.indexOf('values/b.yaml'))
  })
})

describe('reading', () => {
  test.each(['', 'no image', 'registry.test/app:1@sha256:ab'])(
    'an image that is called %j has no name',
    name => {
      const text = printLock(lockOf()).replace(/name: r\.io\/a:1/, `name: '${name}'`)
      expect(() => parseLock(text, 'bundle.lock.yaml')).toThrow(
        expect.objectContaining({ code: 'LOCK_INVALID', faults: [expect.stringContaining('an image name')] }),
      )
    },
  )

  test('every fault is listed', () => {
    const text = printLock(lockOf())
      .replaceAll(d('a'), 'sha256:short')
      .replace('kind: BundleLock', 'kind: Lock')
    expect(() => parseLock(text, 'bundle.lock.yaml')).toThrow(
      expect.objectContaining({
        code: 'LOCK_INVALID',
        faults: expect.arrayContaining([expect.stringMatching(/^kind: /)]),
      }),
    )
  })

  test('text that is no YAML', () => {
    expect(() => parseLock('{', 'x.yaml')).toThrow(expect.objectContaining({ code: 'LOCK_INVALID' }))
  })
})
