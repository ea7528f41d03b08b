import { expect, test } from 'vitest'
import type { LoadFields, LoadingWayName } from '../../../../../src/kernel/inputs/index.ts'
import { chooseWay } from '../../../../../src/site/load/index.ts'
import { memorySource } from '../../../../support/memory-files.ts'
import { memoryRuntime } from '../../../../support/memory-runtime.ts'
import { wayHost } from '../../../../support/way-host.ts'

const runtime = memoryRuntime('amd64')
const common = wayHost()
const node = { ...common, runtime }
const desk = { ...common, runtime: undefined }
const source = memorySource(new Uint8Array())

const choose = (
  asked: LoadingWayName | undefined,
  load: LoadFields | undefined,
  host: typeof node | typeof desk,
) => chooseWay(asked, { load }, host, source)

test('the containerd of this machine is the way where nothing else is said', () => {
  expect(choose(undefined, undefined, node).name).toBe('containerd')
  expect(choose(undefined, {}, node).name).toBe('containerd')
  expect(choose('containerd', undefined, node).name).toBe('containerd')
})

test('without one it is told what to do', () => {
  for (const asked of [undefined, 'containerd'] as const)
    expect(() => choose(asked, undefined, desk)).toThrow(
      expect.objectContaining({
        code: 'LOAD_FAILED',
        message: expect.stringContaining('no containerd'),
        hints: expect.arrayContaining([expect.stringContaining('K3s node')]),
      }),
    )
})

test('the flag goes before the site file', () => {
  expect(choose('containerd', { way: 'images-dir' }, node).name).toBe('containerd')
  expect(choose(undefined, { way: 'images-dir' }, node).name).toBe('images-dir')
  expect(choose('images-dir', undefined, desk).name).toBe('images-dir')
})

test('a registry is named in the site file, and is no way unasked', () => {
  const registry = { host: 'registry.bank.example', plainHttp: false }
  expect(choose('registry', { registry }, desk)).toMatchObject({
    name: 'registry',
    title: 'Push images to registry.bank.example',
  })
  expect(choose(undefined, { registry }, node).name).toBe('containerd')
  expect(() => choose(undefined, { registry }, desk)).toThrow(/no containerd/)
  expect(() => choose('registry', {}, desk)).toThrow(
    expect.objectContaining({
      code: 'LOAD_FAILED',
      hints: [expect.stringContaining('load: { registry: { host:')],
    }),
  )
})

test('the cluster is a way', () => {
  expect(choose('cluster', undefined, desk).name).toBe('cluster')
})
