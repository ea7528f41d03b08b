import { describe, expect, it, test } from 'vitest'
import { Secret } from '../../../../../src/kernel/ports/index.ts'
import {
  heapIn,
  judgeServerRoom,
  liveSetting,
  lockedSetting,
  serverMemory,
} from '../../../../../src/site/wire/index.ts'
import { sampleBundle } from '../../../../support/sample-bundle.ts'

const mebi = 1024 * 1024
const image = 'docker.io/infisical/infisical:v0.165.8'
const saving = (heap: number) =>
  `--max-old-space-size=${heap} --import=data:text/javascript,process.setSourceMapsEnabled(false)`

describe('judgeServerRoom', () => {
  it('takes what Sealift ships as enough, saving and not', () => {
    for (const wanted of [true, false]) {
      const options = serverMemory(1000 * mebi, { saving: wanted }).variables['NODE_OPTIONS'] ?? ''
      expect(judgeServerRoom({ image, limit: 1000 * mebi, options })).toMatchObject({ enough: true })
    }
    expect(judgeServerRoom({ image, limit: 1000 * mebi, options: saving(520) }).seen).toBe(
      'Infisical v0.165.8 has a V8 heap of 520 MiB under a limit of 1000Mi; measured: 520 held, and a peak 171 MiB beyond the heap',
    )
  })

  it('names the heap that the version needs where there is less', () => {
    expect(judgeServerRoom({ image, limit: 1000 * mebi, options: saving(490) })).toEqual({
      enough: false,
      seen: 'Infisical v0.165.8 has a V8 heap of 490 MiB under a limit of 1000Mi; measured: 520 held, 490 died',
      next: "memory.heapMiB: 520 in the site file, or none there, and a limit of at least 691Mi in the chart's values",
    })
    expect(judgeServerRoom({ image, limit: 640 * mebi, options: '--max_old_space_size 512' })).toMatchObject({
      enough: false,
      seen: expect.stringContaining('600 held, 480 and 512 died'),
    })
  })

  it.each([
    [690, false],
    [691, true],
  ])('a limit of %d Mi with a heap of 520: room is %s', (limit, enough) => {
    const found = judgeServerRoom({ image, limit: limit * mebi, options: saving(520) })
    expect(found.enough).toBe(enough)
    if (!enough) expect(found.next).toContain('raise the limit to 691Mi')
  })

  it.each([
    [949, true],
    [950, false],
  ])('%d MiB that it has held here of a limit of 1000: room is %s', (held, enough) => {
    const setting = { image, limit: 1000 * mebi, options: saving(520), peak: held * mebi }
    const found = judgeServerRoom(setting)
    expect(found.enough).toBe(enough)
    expect(found.seen).toContain(`; here it has come to ${held} MiB since it started`)
    expect(found.next?.includes('budget fit')).toBe(enough ? undefined : true)
    expect(judgeServerRoom({ ...setting, limit: undefined }).enough).toBe(true)
  })

  it('says which version was measured where the server is a newer one, and nothing of it for a much older', () => {
    const newer = judgeServerRoom({ image: 'x/infisical:v0.170.0', limit: 600 * mebi, options: saving(520) })
    expect(newer).toMatchObject({
      enough: false,
      seen: expect.stringContaining('measured with v0.165, which is older'),
    })
    const older = judgeServerRoom({
      image: 'x/infisical:v0.93.1-postgres',
      limit: 512 * mebi,
      options: saving(300),
    })
    expect(older).toMatchObject({
      enough: true,
      seen: expect.stringContaining('were not measured under load'),
    })
    const unknown = judgeServerRoom({ image: `x/infisical@sha256:${'0'.repeat(64)}`, options: saving(400) })
    expect(unknown).toMatchObject({
      enough: false,
      seen: expect.stringContaining('its image names no version'),
    })
  })

  it('warns of a limit without a heap: Node takes its own choice', () => {
    expect(judgeServerRoom({ image, limit: 1000 * mebi, options: '' })).toMatchObject({ enough: false })
    expect(judgeServerRoom({ image, options: '' })).toMatchObject({ enough: true })
  })
})

test.each([
  ['--max-old-space-size=520', 520],
  ['--a --max_old_space_size 512 --b', 512],
  ['--max-old-space-size=100 --max-old-space-size=200', 200],
  ['--not-max-old-space-size=100', undefined],
  ['', undefined],
])('the heap in %j is %s', (options, heap) => {
  expect(heapIn(options)).toBe(heap)
})

const deployment = (container: object) => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'infisical' } },
  spec: { template: { spec: { containers: [{ name: 'infisical', ...container }] } } },
})
const environment = new Map([['NODE_OPTIONS', new Secret('--max-old-space-size=520')]])

test('what runs is read from the Deployment, whose own variable goes before the Secret’s', () => {
  const limits = { limits: { memory: '1000Mi' } }
  expect(liveSetting(deployment({ image, resources: limits }), environment)).toEqual({
    ...{ image, limit: 1000 * mebi, options: '--max-old-space-size=520' },
  })
  const own = [{ name: 'NODE_OPTIONS', value: '--max-old-space-size=300' }]
  expect(liveSetting(deployment({ image, env: own }), environment)?.options).toBe('--max-old-space-size=300')
  expect(liveSetting({ ...deployment({}), spec: {} }, environment)).toBeUndefined()
  const odd = liveSetting(deployment({ resources: { limits: { memory: 'much' } } }), environment)
  expect(odd?.limit).toBeUndefined()
})

test('what would run is read from the lock, by its chart', () => {
  const { lock } = sampleBundle()
  const share = {
    ...{ chart: 'demo', object: 'Deployment/demo', container: 'main', init: false, replicas: 2 },
    ...{ memory: 0, cpu: 0, memoryLimit: 2000 * mebi },
  }
  const reasons = [{ chart: 'demo', object: 'Deployment/demo', field: 'x' }]
  const images = lock.images.slice(0, 1).map(one => ({ ...one, name: image, reasons }))
  const locked = { images, budget: { ...lock.budget, containers: [share] } }
  const setting = lockedSetting(locked, 'demo', { saving: true, heapMiB: 600 })
  expect(setting).toMatchObject({ image, limit: 1000 * mebi, options: expect.stringContaining('=600') })
  expect(lockedSetting(locked, 'other', { saving: false })).toEqual({
    ...{ image: undefined, limit: undefined, options: '' },
  })
})
