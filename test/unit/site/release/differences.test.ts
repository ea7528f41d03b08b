import { beforeEach, describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../../../src/kernel/ports/index.ts'
import { printYaml } from '../../../../src/kernel/yaml/index.ts'
import { differences, isOf, ownObjects } from '../../../../src/site/release/index.ts'
import { type MemoryCluster, memoryCluster } from '../../../support/memory-cluster.ts'

const name = { release: 'app', namespace: 'apps' }
let cluster: MemoryCluster

beforeEach(async () => {
  cluster = memoryCluster()
  await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'apps' } })
})

const map = (data: object, metadata: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', ...metadata },
  data,
})
const deployment = (time: string, image = 'r.io/app:1'): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'app', annotations: { updatedAt: time } },
  spec: {
    replicas: 1,
    template: {
      metadata: { annotations: { updatedAt: time } },
      spec: { containers: [{ name: 'app', image }] },
    },
  },
})
const yaml = (...objects: readonly unknown[]) => objects.map(one => `---\n${printYaml(one)}`).join('')

/** Does what helm does with a manifest. */
async function install(manifest: string): Promise<void> {
  for (const object of ownObjects(manifest, name))
    await cluster.applyAs('helm', { ...object, metadata: { namespace: 'apps', ...object.metadata } })
}

async function differing(deployed: string, wanted = deployed): Promise<string[]> {
  await install(deployed)
  return differences(cluster, { ...name, deployed, wanted })
}

describe('nothing', () => {
  test('where all is as an upgrade would make it', async () => {
    expect(await differing(yaml(map({ a: '1' }), deployment('x')))).toEqual([])
  })

  test('where the chart renders the time of day', async () => {
    const [before, now] = ['2026-11-29 UTC 16:00:01', '2026-11-30T17:30:59Z'].map(time =>
      yaml(deployment(time)),
    )
    expect(await differing(before ?? '', now)).toEqual([])
  })

  test.each([
    '2026-11-30T17:30:59.123+01:00',
    'Mon, 30 Nov 2026 17:30:59 +0100',
    '2026-11-30 17:30:59.123456789 +0000 UTC m=+0.012',
    'Mon Nov 30 17:30:59 CET 2026',
  ])('where it renders it as %s', async time => {
    expect(await differing(yaml(deployment('2026-11-29 UTC 16:00:01')), yaml(deployment(time)))).toEqual([])
  })

  test('where a controller writes a status between two looks', async () => {
    await install(yaml(deployment('x')))
    const real = cluster.preview
    cluster.preview = async (...asked) => ({ ...(await real(...asked)), status: { availableReplicas: 1 } })
    const [deployed, wanted] = [yaml(deployment('y')), yaml(deployment('x'))]
    expect(await differences(cluster, { ...name, deployed, wanted })).toEqual([])
  })

  test('where others have added something of theirs', async () => {
    await install(yaml(map({ a: '1' })))
    await cluster.applyAs('ann', map({ b: '2' }, { namespace: 'apps', annotations: { note: 'hers' } }))
    expect(
      await differences(cluster, { ...name, deployed: yaml(map({ a: '1' })), wanted: yaml(map({ a: '1' })) }),
    ).toEqual([])
  })

  test('where the API server only writes a value otherwise', async () => {
    const written: typeof cluster = {
      ...cluster,
      get: async (...place) => normal(await cluster.get(...place)),
      preview: async (...asked) => normal(await cluster.preview(...asked)) as KubernetesObject,
    }
    const normal = (object: KubernetesObject | undefined) => object && { ...object, data: { cpu: '500m' } }
    await install(yaml(map({ cpu: '0.5' })))
    const manifest = yaml(map({ cpu: '0.5' }))
    expect(await differences(written, { ...name, deployed: manifest, wanted: manifest })).toEqual([])
  })
})

describe('a difference', () => {
  test('is an object that somebody has deleted', async () => {
    const manifest = yaml(map({ a: '1' }), deployment('x'))
    await install(manifest)
    await cluster.delete({ apiVersion: 'v1', kind: 'ConfigMap' }, 'settings', 'apps')
    expect(await differences(cluster, { ...name, deployed: manifest, wanted: manifest })).toEqual([
      'ConfigMap settings is not there',
    ])
  })

  test('is a field that somebody has changed', async () => {
    const manifest = yaml(deployment('x'))
    await install(manifest)
    const scaled = { ...deployment('x'), metadata: { name: 'app', namespace: 'apps' }, spec: { replicas: 0 } }
    await cluster.applyAs('kubectl', scaled)
    expect(await differences(cluster, { ...name, deployed: manifest, wanted: manifest })).toEqual([
      'Deployment app differs',
    ])
  })

  test('is what the bundle or the site file says otherwise', async () => {
    expect(await differing(yaml(deployment('x')), yaml(deployment('x', 'r.io/app:2')))).toEqual([
      'Deployment app differs',
    ])
  })

  test('is a field, and an object, that is no longer wanted', async () => {
    expect(await differing(yaml(map({ a: '1', b: '2' })), yaml(map({ a: '1' })))).toEqual([
      'ConfigMap settings differs',
    ])
    expect(await differing(yaml(map({ a: '1' })), '')).toEqual(['ConfigMap settings is no longer wanted'])
  })

  test('is an object that is on its way out', async () => {
    const manifest = yaml(map({ a: '1' }, { finalizers: ['hold'] }))
    await install(manifest)
    await cluster.delete({ apiVersion: 'v1', kind: 'ConfigMap' }, 'settings', 'apps', 0).catch(() => {})
    expect(await differences(cluster, { ...name, deployed: manifest, wanted: manifest })).toEqual([
      'ConfigMap settings is being deleted',
    ])
  })
})

test('objects are told as helm marks them, lists opened', () => {
  const list = {
    apiVersion: 'v1',
    kind: 'List',
    items: [map({}), map({}, { name: 'other', labels: { own: 'x' } })],
  }
  const objects = ownObjects(yaml(list, 'a text', { kind: 'Nameless' }), name)
  expect(objects.map(({ metadata }) => metadata.name)).toEqual(['settings', 'other'])
  expect(objects[1]?.metadata.labels).toEqual({ own: 'x', 'app.kubernetes.io/managed-by': 'Helm' })
  expect(objects.map(object => isOf(object, name))).toEqual([true, true])
  expect(isOf(map({}), name)).toBe(false)
  expect(objects.map(object => isOf(object, { ...name, namespace: 'other' }))).toEqual([false, false])
})

test.each([
  ['a schedule', '02:00:00-04:00:00', '03:00:00-04:00:00'],
  ['an address', '00:11:22:33:44:55', '00:11:22:33:44:56'],
  ['an address of 2001', '2001:10:20:30::1', '2001:10:20:30::2'],
  ['configuration', 'off until 2027-01-01 00:00:00;', 'off until 2028-01-01 00:00:00;'],
])('%s in an annotation is not a time of day', async (_, before, after) => {
  const settings = (note: string) => yaml(map({}, { annotations: { note } }))
  expect(await differing(settings(before), settings(after))).toEqual(['ConfigMap settings differs'])
})
