import { expect, test } from 'vitest'
import type { LoadFields, LoadingWayName } from '../../../../../src/kernel/inputs/index.ts'
import { chooseWay, wayName } from '../../../../../src/site/load/index.ts'
import { memorySource } from '../../../../support/memory-files.ts'
import { memoryRuntime } from '../../../../support/memory-runtime.ts'
import { wayHost } from '../../../../support/way-host.ts'

const runtime = memoryRuntime('amd64')
const common = wayHost()
const node = { ...common, runtime }
const desk = { ...common, runtime: undefined }
const source = memorySource(new Uint8Array())

const choose = (name: LoadingWayName, load: LoadFields | undefined, host: typeof node | typeof desk) =>
  chooseWay(name, { load }, host, source)

test('the containerd of this machine is a way where there is one, else it is told what to do', () => {
  expect(choose('containerd', undefined, node).name).toBe('containerd')
  expect(() => choose('containerd', undefined, desk)).toThrow(
    expect.objectContaining({
      code: 'LOAD_FAILED',
      message: expect.stringContaining('no containerd'),
      hints: expect.arrayContaining([expect.stringContaining('K3s node')]),
    }),
  )
})

test('the flag goes before the site file, and that before what is usual', async () => {
  const registry = { host: 'registry.bank.example', plainHttp: false }
  expect(await wayName('containerd', { load: { way: 'images-dir' } }, node)).toBe('containerd')
  expect(await wayName(undefined, { load: { way: 'images-dir' } }, node)).toBe('images-dir')
  expect(await wayName(undefined, { load: { registry } }, node)).toBe('containerd')
  expect(await wayName(undefined, {}, desk)).toBe('cluster')
})

test('K3s’s folder is a way', () => {
  expect(choose('images-dir', undefined, desk).name).toBe('images-dir')
})

test('a registry is named in the site file, and is no way unasked', () => {
  const registry = { host: 'registry.bank.example', plainHttp: false }
  expect(choose('registry', { registry }, desk)).toMatchObject({
    name: 'registry',
    title: 'Push images to registry.bank.example',
  })
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
