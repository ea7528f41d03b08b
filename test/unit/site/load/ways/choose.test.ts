import { expect, test } from 'vitest'
import { chooseWay } from '../../../../../src/site/load/index.ts'
import { memoryRuntime } from '../../../../support/memory-runtime.ts'

const platform = 'linux/amd64'
const node = { runtime: memoryRuntime('amd64'), platform }
const desk = { runtime: undefined, platform }

test('the containerd of this machine is the way where nothing else is said', () => {
  expect(chooseWay(undefined, {}, node).name).toBe('containerd')
  expect(chooseWay(undefined, { load: {} }, node).name).toBe('containerd')
  expect(chooseWay('containerd', {}, node).name).toBe('containerd')
})

test('without one it is told what to do', () => {
  for (const asked of [undefined, 'containerd'] as const)
    expect(() => chooseWay(asked, {}, desk)).toThrow(
      expect.objectContaining({
        code: 'LOAD_FAILED',
        message: expect.stringContaining('no containerd'),
        hints: expect.arrayContaining([expect.stringContaining('K3s node')]),
      }),
    )
})

test('the flag goes before the site file', () => {
  expect(chooseWay('containerd', { load: { way: 'cluster' } }, node).name).toBe('containerd')
})

test('a way that is not there is refused by its name', () => {
  expect(() => chooseWay(undefined, { load: { way: 'cluster' } }, node)).toThrow(/way cluster/)
})
