/** What locking asks registries for charts and tools, counted: the real adapter, and a registry of ours that keeps a list. */
import { afterEach, describe, expect, test } from 'vitest'
import { printLock } from '../../src/bundle/lock/index.ts'
import { digestOf, mediaTypes } from '../../src/kernel/oci/index.ts'
import { chartPackage } from '../support/connected-spec.ts'
import { type CountedSpec, countedSpec, manifests } from '../support/counted-spec.ts'

let spec: CountedSpec
afterEach(() => spec?.stop())

describe('a chart out of a registry', () => {
  const charts = [
    { name: 'app', oci: 'registry.test/charts/app', version: '1.0.0', release: 'app', namespace: 'apps' },
  ]
  const push = (bytes: Uint8Array, tag = '1.0.0') => {
    const blobs = [Buffer.from('{}'), Buffer.from(bytes)]
    const [config, layer] = blobs.map((blob, i) => ({
      mediaType: i === 0 ? mediaTypes.helmConfig : mediaTypes.helmChart,
      digest: digestOf(blob),
      size: blob.length,
    }))
    return spec.store.put('charts/app', tag, { config, layers: [layer] }, mediaTypes.ociManifest, blobs)
  }

  test('has its manifest read once, and then only where the tag has moved', async () => {
    spec = await countedSpec({ changes: { charts } })
    spec.store.twoPlatforms('app', '1', 'first')
    push(chartPackage('app'))
    const chartAsked = () => spec.asked().filter(line => line.includes('charts/app'))
    const first = await spec.lock()
    expect(chartAsked().filter(line => line.includes('manifests'))).toEqual([
      'GET manifests charts/app:1.0.0',
    ])
    expect((await spec.lock({ locked: true })).text).toBe(first.text)
    const again = chartAsked()
    expect(again[0]).toBe('HEAD manifests charts/app:1.0.0')
    expect(again.slice(1)).toEqual([`GET blobs charts/app:${first.lock.charts[0]?.package.digest}`])
    push(chartPackage('app', 'republished'))
    await expect(spec.lock({ locked: true })).rejects.toMatchObject({
      code: 'LOCK_DRIFT',
      faults: [expect.stringContaining('was republished')],
    })
    expect(manifests(chartAsked()).read).toEqual(['charts/app:1.0.0'])
  })

  test('has it read each time, once, where its tag is that of an index', async () => {
    spec = await countedSpec({ changes: { charts } })
    spec.store.twoPlatforms('app', '1', 'first')
    const { digest, size } = push(chartPackage('app'), 'inner')
    const listed = { mediaType: mediaTypes.ociManifest, digest, size }
    spec.store.put('charts/app', '1.0.0', { manifests: [listed] }, mediaTypes.ociIndex)
    const first = await spec.lock()
    expect(first.lock.charts[0]?.manifest).toEqual({ digest, size })
    const read = ['charts/app:1.0.0', `charts/app:${digest}`]
    expect(manifests(spec.asked()).read).toEqual(expect.arrayContaining(read))
    expect((await spec.lock({ locked: true })).text).toBe(first.text)
    expect(manifests(spec.asked()).read).toEqual(read)
  })
})

test('a tool out of a registry has its manifest read once, and then only where the tag has moved', async () => {
  const tools = [
    { name: 'helm', version: 'v4.3.1', platform: 'linux/amd64', oci: 'registry.test/tools/helm:v4' },
  ]
  spec = await countedSpec({ changes: { tools, platforms: ['linux/amd64'] } })
  spec.store.image('app', '1', 'amd64', 'x')
  const push = (text: string) => {
    const blobs = [Buffer.from('{}'), Buffer.from(text)]
    const [config, layer] = blobs.map(blob => ({
      mediaType: 'application/octet-stream',
      digest: digestOf(blob),
      size: blob.length,
    }))
    return spec.store.put('tools/helm', 'v4', { config, layers: [layer] }, mediaTypes.ociManifest, blobs)
  }
  const { digest, size } = push('the program')
  const first = await spec.lock()
  expect(first.lock.tools[0]?.manifest).toEqual({ digest, size })
  expect(manifests(spec.asked()).read.filter(name => name.startsWith('tools/'))).toEqual(['tools/helm:v4'])
  expect((await spec.lock({ locked: true })).text).toBe(first.text)
  expect(manifests(spec.asked()).read).toEqual([])
  // A lock of an older Sealift does not have it, which is no difference.
  const older = first.lock.tools.map(({ manifest: _, ...tool }) => tool)
  await spec.files.write('spec/bundle.lock.yaml', printLock({ ...first.lock, tools: older }))
  expect((await spec.lock({ locked: true })).drift).toEqual([])
  expect(manifests(spec.asked()).read).toEqual(['tools/helm:v4'])
})
