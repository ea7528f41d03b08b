/** Builds over a bad line, ended at random moments, as a user's really are. The bytes are those of a quiet build. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { push, randomImage, startRegistry, type TestRegistry } from '../support/connected/index.ts'
import { type CuttingProxy, startCuttingProxy } from '../support/cutting-proxy.ts'
import { sealift, sealiftJson } from '../support/road.ts'
import { type SmallSpec, startSmallSpec } from '../support/small-spec.ts'

interface Built {
  readonly path: string
  readonly size: number
  readonly fetched: number
  readonly volumes: number
}

let small: SmallSpec
let quiet: Built
/** Milliseconds that a build takes here when nothing disturbs it. */
let quietTime: number
let line: CuttingProxy
let moved: TestRegistry | undefined

/** Numbers between 0 and 1, the same in every run. */
function* numbers(seed: number): Generator<number, number> {
  for (let state = seed; ; ) {
    state = (state * 1103515245 + 12345) % 2 ** 31
    yield state / 2 ** 31
  }
}
const draw = (() => {
  const drawn = numbers(4711)
  return () => drawn.next().value
})()

beforeAll(async () => {
  small = await startSmallSpec()
  for (const name of ['app', 'sidecar']) {
    const image = await randomImage({ layers: 3, bytesPerLayer: 5_000_000, seed: name })
    await push(small.registry.host, name, '1', image)
  }
  line = await startCuttingProxy(small.registry.host, {
    cutAfter: () => 200_000 + draw() * 6_000_000,
    bytesPerSecond: 20_000_000,
  })
  await small.writeRegistries(small.registry.url)
  expect((await sealift(['lock', small.spec, ...small.registries])).exitCode).toBe(0)
  const started = Date.now()
  quiet = (await build('quiet')).json
  quietTime = Date.now() - started
})
afterAll(async () => {
  await line?.stop()
  await moved?.stop()
  await small?.stop()
})

function build(out: string, flags: readonly string[] = []) {
  return sealiftJson<Built>(['build', small.spec, '-o', join(small.dir, out), ...flags, ...small.registries])
}

/** Starts builds and kills each after a random time, until one comes to its end; gives how many were killed. */
async function buildWithKills(out: string, flags: readonly string[] = []): Promise<number> {
  for (let killed = 0; killed < 60; killed++) {
    const kill = new AbortController()
    // Measured by a quiet build, and longer each time, so that it comes to an end on a slow machine as well.
    const timer = setTimeout(() => kill.abort(), quietTime * (0.3 + draw() * (1 + killed * 0.2)))
    const words = ['build', small.spec, '-o', join(small.dir, out), ...flags, ...small.registries, '-q']
    const { exitCode, stderr } = await sealift(words, { signal: kill.signal, killSignal: 'SIGKILL' })
    clearTimeout(timer)
    if (exitCode === 0) return killed
    if (!kill.signal.aborted) throw new Error(`a build failed by itself:\n${stderr}`)
    // A kill may come between the rename and the end of the program: the name is there, and so is every byte.
    const named = (await readdir(join(small.dir, out)).catch((): string[] => [])).includes('small-1.0.0.tar')
    if (named) await execa('cmp', [quiet.path, join(small.dir, out, 'small-1.0.0.tar')])
  }
  throw new Error('no build came to its end')
}

describe('killed at random moments, over a line that cuts every connection', () => {
  test('the file is the same, byte for byte', async () => {
    await small.writeRegistries(line.url)
    const killed = await buildWithKills('killed')
    await execa('cmp', [quiet.path, join(small.dir, 'killed', 'small-1.0.0.tar')])
    expect(await readdir(join(small.dir, 'killed'))).toEqual(['small-1.0.0.tar'])
    expect(killed).toBeGreaterThan(0)
    expect(line.cuts).toBeGreaterThan(0)
  })

  test('in volumes too', async () => {
    await buildWithKills('killed-volumes', ['--volume-size', '10M'])
    const out = join(small.dir, 'killed-volumes')
    await execa('sh', ['-c', `cat ${out}/small-1.0.0.tar.0* | cmp - ${quiet.path}`])
    await execa('sha256sum', ['-c', '--quiet', 'small-1.0.0.tar.sha256'], { cwd: out })
  })

  test('a registry that is started anew on the way makes no difference', async () => {
    moved = await startRegistry({ dir: small.storage })
    const building = build('restart')
    await sleep(quietTime / 2)
    line.leadTo(moved.host)
    const { exitCode, json } = await building
    expect(exitCode).toBe(0)
    await execa('cmp', [quiet.path, json.path])
  })
})

describe('interrupted with Ctrl-C', () => {
  test('what is there stays beside it, is said to, and is not fetched again', async () => {
    const stop = new AbortController()
    const out = join(small.dir, 'stopped')
    const journal = join(out, 'small-1.0.0.tar.journal')
    const watching = setInterval(() => {
      void readFile(journal, 'utf8').then(
        text => text.split('\n').length > 3 && stop.abort(),
        () => {},
      )
    }, 20)
    const words = ['build', small.spec, '-o', out, ...small.registries]
    const { exitCode, stderr } = await sealift(words, { signal: stop.signal })
    clearInterval(watching)
    expect(exitCode).toBe(130)
    expect(stderr).toContain('run it again: it goes on where it stopped')
    expect(stderr).toContain(`→ to go on: sealift ${words.join(' ')}`)
    expect((await readdir(out)).sort()).toEqual(['small-1.0.0.tar.journal', 'small-1.0.0.tar.partial'])
    const again = await build('stopped')
    expect(again.stderr).toMatch(/going on after an interrupted run: \d+ % is there/)
    expect(again.json.fetched).toBeLessThan(quiet.fetched)
    await execa('cmp', [quiet.path, again.json.path])
  })
})
