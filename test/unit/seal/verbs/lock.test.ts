import { describe, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { lock } from '../../../../src/seal/verbs/lock.ts'
import { attachmentManifest } from '../../../support/attachments.ts'
import { connectedSpec } from '../../../support/connected-spec.ts'

const path = 'spec/bundle.lock.yaml'
const request = { specDir: 'spec', platform: 'linux/amd64', budget: 'hold' } as const

async function spec() {
  const made = await connectedSpec()
  const { registry } = made
  return {
    ...made,
    run: (more = {}) => lock({ ...request, ...more }, made.host, made.talk),
    /** An SBOM that refers to the image. */
    async attach() {
      const image = { registry: 'registry.test', repository: 'app', tag: '1' }
      const { descriptor: subject } = await registry.manifest(image)
      const layers = [{ content: '{}', mediaType: 'application/spdx+json' }]
      const shape = { artifactType: 'application/spdx+json', subject, layers }
      const manifest = attachmentManifest(shape, (content, mediaType) => registry.blobOf(content, mediaType))
      registry.put('registry.test/app', 'sbom', manifest)
    },
  }
}

test('a lock is written beside its spec, and the same again changes nothing', async () => {
  const { files, run, helms } = await spec()
  const first = await run()
  expect(first).toMatchObject({ path, lock: { images: [{ name: 'registry.test/app:1' }] } })
  expect(first.drift).toBeUndefined()
  expect(await files.readText(path)).toBe(first.text)
  expect((await run()).drift).toEqual([])
  expect(helms.unpacked).toBe(0)
})

test('each part is a step that ends', async () => {
  const { lines, run } = await spec()
  await run()
  expect(lines.filter(line => !line.startsWith('~'))).toEqual([
    '… Get helm v4.3.1 for linux/amd64',
    '✔ Get helm v4.3.1 for linux/amd64',
    '… Get chart app 1.0.0',
    '✔ Get chart app 1.0.0',
    '… Render app',
    '✔ Render app',
    'note declared requests: memory 20Mi of 640Mi, CPU 10m of 300m',
    '… Pin images',
    '✔ Pin images: 1',
    '… Look for signatures, attestations and SBOMs',
    '✔ Look for signatures, attestations and SBOMs: 0 for 1 image',
    'note no SBOM is attached to 1 of 1 image: registry.test/app:1',
  ])
})

test('with --locked nothing is written, and a difference is an error', async () => {
  const { files, run, pushImage } = await spec()
  await expect(run({ locked: true })).rejects.toMatchObject({ code: 'LOCK_INVALID' })
  const { text } = await run()
  await files.write(path, `${text}# a remark\n`)
  expect((await run({ locked: true })).drift).toEqual([])
  pushImage('another layer')
  await expect(run({ locked: true })).rejects.toMatchObject({
    code: 'LOCK_DRIFT',
    faults: [expect.stringContaining('image registry.test/app:1: the tag moved')],
  })
  expect(await files.readText(path)).toBe(`${text}# a remark\n`)
})

describe('a registry that cannot say what is attached', () => {
  const down = async () => {
    throw new SealiftError('REGISTRY_FAILED', 'answered 500')
  }
  const told = (lines: readonly string[]) => lines.filter(line => line.includes('nobody could say'))
  const known = [expect.objectContaining({ kind: 'sbom' })]

  test('ends nothing, and is held to without being asked', async () => {
    const { registry, lines, run } = await spec()
    const referrers = registry.referrers.bind(registry)
    registry.referrers = down
    const { lock } = await run()
    expect(lock.images).toEqual([expect.not.objectContaining({ attachments: expect.anything() })])
    expect(told(lines)).toEqual([
      '! registry.test/app:1: nobody could say what is attached to it, and nothing is carried: answered 500',
    ])
    registry.referrers = referrers
    expect((await run({ locked: true })).drift).toEqual([])
    const again = await run()
    expect(again.lock.images).toEqual([expect.objectContaining({ attachments: [] })])
  })

  test('is told of once, with all its images', async () => {
    const { registry, files, lines, run } = await spec()
    for (const tag of ['2', '3']) registry.image('registry.test/app', tag, 'amd64', ['x'])
    registry.image('other.test/app', '1', 'amd64', ['x'])
    const text = await files.readText('spec/bundle.yaml')
    const images = ['registry.test/app:3', 'other.test/app:1', 'registry.test/app:2'].map(
      one => `\n  - ${one}`,
    )
    await files.write('spec/bundle.yaml', `${text}images:${images.join('')}\n`)
    registry.referrers = down
    await run()
    expect(told(lines)).toEqual([
      '! other.test/app:1: nobody could say what is attached to it, and nothing is carried: answered 500',
      '! registry.test/app:1, registry.test/app:2, registry.test/app:3: nobody could say what is attached to them, and nothing is carried: answered 500',
    ])
  })

  test('takes nothing from the lock', async () => {
    const { registry, lines, run, attach } = await spec()
    await attach()
    expect((await run()).lock.images[0]?.attachments).toEqual(known)
    registry.referrers = down
    for (const locked of [false, true]) {
      const { lock, drift } = await run({ locked })
      expect(lock.images[0]?.attachments).toEqual(known)
      expect(drift).toEqual([])
    }
    expect(told(lines)).toHaveLength(2)
    expect(told(lines)[0]).toContain('and it stays as it is locked: answered 500')
  })

  test('of another image under the same name has the lock no word', async () => {
    const { registry, run, attach, pushImage } = await spec()
    await attach()
    await run()
    pushImage('another layer')
    registry.referrers = down
    expect((await run()).lock.images[0]).not.toHaveProperty('attachments')
  })
})

test('the helm that was unpacked is taken away, also where nothing can be rendered', async () => {
  const { host, talk, helms } = await connectedSpec()
  const full = new Error('no room')
  const files = { ...host.files, temporary: () => Promise.reject(full) }
  await expect(lock(request, { ...host, files }, talk)).rejects.toBe(full)
  expect(helms).toEqual({ unpacked: 0, ever: 1 })
})

test('with --locked a helm that is not the locked one does not run', async () => {
  const { files, run, helms } = await spec()
  await run()
  await files.write('spec/helm', 'another program')
  await expect(run({ locked: true })).rejects.toMatchObject({
    code: 'LOCK_DRIFT',
    faults: [expect.stringContaining('tool helm for linux/amd64: content was')],
  })
  expect(helms.ever).toBe(1)
})
