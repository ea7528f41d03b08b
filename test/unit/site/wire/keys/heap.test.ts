import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { serverMemory } from '../../../../../src/site/wire/index.ts'

const mebi = 1024 * 1024
const on = { saving: true }
const off = { saving: false }
const heapIn = (variables: Readonly<Record<string, string>>) =>
  /--max-old-space-size=(\d+)/.exec(variables['NODE_OPTIONS'] ?? '')?.[1]

describe('serverMemory', () => {
  it('gives what was measured to run in 601Mi at rest with 1000Mi', () => {
    expect(serverMemory(1000 * mebi, on)).toEqual({
      variables: {
        NODE_OPTIONS:
          '--max-old-space-size=520 --v8-pool-size=1 --import=data:text/javascript,process.setSourceMapsEnabled(false)',
        MALLOC_ARENA_MAX: '1',
        MALLOC_TRIM_THRESHOLD_: '65536',
        UV_THREADPOOL_SIZE: '2',
      },
    })
  })

  it('gives only a heap where saving is off', () => {
    expect(serverMemory(1000 * mebi, off)).toEqual({
      variables: { NODE_OPTIONS: '--max-old-space-size=768' },
    })
  })

  it.each([
    [2000, 1040],
    [900, 520],
    [700, 520],
    [640, 480],
  ])('saving: a limit of %d Mi gets a heap of %d', (limit, heap) => {
    expect(heapIn(serverMemory(limit * mebi, on).variables)).toBe(`${heap}`)
  })

  it.each([
    [2000, 1536],
    [900, 683],
    [800, 600],
    [750, 562],
    [512, 384],
  ])('not saving: a limit of %d Mi gets a heap of %d', (limit, heap) => {
    expect(heapIn(serverMemory(limit * mebi, off).variables)).toBe(`${heap}`)
  })

  it('says what was measured where the limit is below what a server used', () => {
    expect(serverMemory(640 * mebi, on).warning).toBe(
      'a memory limit of 640Mi is likely too small for Infisical. Measured with a server of mid-2026: 1000Mi with a heap of 490 died under load, 1000Mi with a heap of 520 ran and used up to 691 MiB',
    )
    expect(serverMemory(640 * mebi, off).warning).toBe(
      'a memory limit of 640Mi is likely too small for Infisical. Measured with a server of mid-2026: 512Mi with a heap of 512 was killed while booting, 640Mi with a heap of 480 crashed, 640Mi with a heap of 512 crashed while booting, 800Mi with a heap of 600 ran and used up to 716 MiB, 1000Mi with a heap of 768 ran and used up to 962 MiB',
    )
    expect(serverMemory(690 * mebi, on)).toHaveProperty('warning')
    expect(serverMemory(691 * mebi, on)).not.toHaveProperty('warning')
    expect(serverMemory(715 * mebi, off)).toHaveProperty('warning')
    expect(serverMemory(716 * mebi, off)).not.toHaveProperty('warning')
  })

  it("lets the site's heap win in both, without a warning: whoever names one knows better", () => {
    const small = serverMemory(512 * mebi, { heapMiB: 300, saving: true })
    expect(heapIn(small.variables)).toBe('300')
    expect(small.variables['NODE_OPTIONS']).toContain('setSourceMapsEnabled(false)')
    expect(small).not.toHaveProperty('warning')
    expect(serverMemory(undefined, { heapMiB: 300, saving: false })).toEqual({
      variables: { NODE_OPTIONS: '--max-old-space-size=300' },
    })
  })

  it('leaves the heap to V8 without a limit', () => {
    expect(serverMemory(undefined, off)).toEqual({ variables: {} })
    const { variables, ...rest } = serverMemory(undefined, on)
    expect(heapIn(variables)).toBeUndefined()
    expect(variables).toMatchObject({ NODE_OPTIONS: expect.stringMatching(/^--v8/), MALLOC_ARENA_MAX: '1' })
    expect(rest).toEqual({})
  })

  it('is taken by Node as it stands: the heap bounded, source maps off although an argument turns them on', () => {
    const { variables } = serverMemory(1000 * mebi, on)
    const script =
      'console.log(process.sourceMapsEnabled, require("node:v8").getHeapStatistics().heap_size_limit / 1048576)'
    const run = (env: Readonly<Record<string, string>>) =>
      execFileSync(process.execPath, ['--enable-source-maps', '-e', script], { env, encoding: 'utf8' })
        .trim()
        .split(' ')
    const [maps, limit] = run(variables)
    expect(maps).toBe('false')
    expect(Number(limit)).toBeGreaterThanOrEqual(520)
    expect(Number(limit)).toBeLessThan(1000)
    expect(run({})[0]).toBe('true')
  })
})
