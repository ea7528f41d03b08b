/** Locking again, held to the old lock or for single images, and what differs between two bundles: the compiled CLI, a real registry and helm. */
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type BundleLock, type Change, parseLock } from '../../src/bundle/lock/index.ts'
import { type Diff, diffResult } from '../../src/seal/diff/index.ts'
import { sealift, sealiftJson } from '../support/road.ts'
import { layerBytes, type SmallSpec, startSmallSpec } from '../support/small-spec.ts'

const [app, sidecar] = ['registry.test/app:1', 'registry.test/sidecar:1']
let small: SmallSpec
let lockFile: string
/** The first lock, which every test begins with. */
let locked: string

/** Brings spec, values, tags and lock back to what they were at first. */
async function restore() {
  await small.writeValues({})
  await small.writeSpec()
  await small.pushImage('app', 'app')
  await small.pushImage('sidecar', 'sidecar')
  await writeFile(lockFile, locked)
}

beforeAll(async () => {
  small = await startSmallSpec()
  lockFile = join(small.spec, 'bundle.lock.yaml')
  await small.pushImage('app', 'app')
  await small.pushImage('sidecar', 'sidecar')
  await lock()
  locked = await readFile(lockFile, 'utf8')
})
beforeEach(restore)
afterAll(() => small?.stop())

const lock = (...flags: string[]) => sealift(['lock', small.spec, ...flags, '--quiet', ...small.registries])
const lockJson = (...flags: string[]) =>
  sealiftJson<{ drift: Change[] }>(['lock', small.spec, ...flags, ...small.registries])
const readLock = async () => parseLock(await readFile(lockFile, 'utf8'), lockFile)
const digestOf = ({ images }: BundleLock, wanted: string) =>
  images.find(({ name }) => name === wanted)?.digest ?? ''

describe('lock --locked', () => {
  test('says so when nothing has changed, and writes nothing', async () => {
    await writeFile(lockFile, `${await readFile(lockFile, 'utf8')}# a remark\n`)
    const { exitCode, stdout } = await lock('--locked')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('nothing has changed')
    expect(stdout).toMatch(/^ {2}a rolling update adds \d+Mi \/ \d+m for a while: \d+Mi \/ \d+m$/m)
    expect(await readFile(lockFile, 'utf8')).toMatch(/# a remark\n$/)
  })

  test('lists everything that differs, a moved tag with both digests: exit 15, and the lock stays', async () => {
    await small.pushImage('app', 'moved')
    await small.writeValues({ memory: '21Mi' })
    const { exitCode, stderr } = await lock('--locked')
    expect(exitCode).toBe(15)
    expect(await readFile(lockFile, 'utf8')).toBe(locked)
    await lock()
    const [was, now] = [digestOf(parseLock(locked, 'old'), app), digestOf(await readLock(), app)]
    expect(was).not.toBe(now)
    expect(stderr.match(/^ {2}- .*$/gm)).toEqual([
      '  - file values.yaml: changed',
      `  - image ${app}: the tag moved: was ${was}, now ${now}`,
      '  - declared memory: was 30Mi, now 31Mi',
      '  - requests of app Deployment/app main: memory was 20Mi, now 21Mi',
    ])
  })

  test('needs a lock that can be read: exit 14', async () => {
    await writeFile(lockFile, 'kind: BundleLock\n')
    expect((await lock('--locked')).exitCode).toBe(14)
    await rm(lockFile)
    const { exitCode, stderr } = await lock('--locked')
    expect(exitCode).toBe(14)
    expect(stderr).toContain(`run: sealift lock ${small.spec}`)
  })

  test('build --locked builds nothing then', async () => {
    const out = join(small.dir, 'drifted')
    const build = () => sealift(['build', small.spec, '-o', out, '--locked', '--quiet', ...small.registries])
    await small.pushImage('app', 'moved')
    const { exitCode, stderr } = await build()
    expect(exitCode).toBe(15)
    expect(stderr).toContain(`image ${app}: the tag moved`)
    await expect(readFile(join(out, 'small-1.0.0.tar'))).rejects.toThrow('ENOENT')
    await small.pushImage('app', 'app')
    expect((await build()).exitCode).toBe(0)
  })
})

test('a lock of another form counts as none: a warning, and it is made anew', async () => {
  await writeFile(lockFile, 'kind: BundleLock\n')
  const { exitCode, stderr, stdout } = await sealift(['lock', small.spec, ...small.registries])
  expect(exitCode).toBe(0)
  expect(stderr).toContain('is not a lock that this version of Sealift reads: it is made anew')
  expect(stdout).not.toContain('nothing has changed')
  expect((await readLock()).images).toHaveLength(2)
})

describe('lock --update', () => {
  beforeEach(async () => {
    await small.pushImage('app', 'moved app')
    await small.pushImage('sidecar', 'moved sidecar')
  })

  test('pins the named image anew, and leaves the other as it was', async () => {
    const before = await readLock()
    const { json } = await lockJson('--update', 'registry.test/app')
    const after = await readLock()
    expect(digestOf(after, app)).not.toBe(digestOf(before, app))
    expect(after.images[1]).toEqual(before.images[1])
    expect(json.drift).toEqual([
      expect.objectContaining({
        what: 'image',
        name: app,
        before: digestOf(before, app),
        after: digestOf(after, app),
      }),
    ])
  })

  test('can be given again, and pins what is new as well', async () => {
    const before = await readLock()
    await small.pushImage('extra', 'extra')
    await small.writeSpec({ images: ['registry.test/extra:1'] })
    const { exitCode, stdout } = await lock('--update', app, '--update', sidecar)
    expect(exitCode).toBe(0)
    const after = await readLock()
    for (const name of [app, sidecar]) expect(digestOf(after, name)).not.toBe(digestOf(before, name))
    expect(stdout).toContain('image registry.test/extra:1: added')
  })

  test('a name that is no image of the spec is told with the nearest: exit 2, and the lock stays', async () => {
    const { exitCode, stderr } = await lock('--update', 'registry.test/sidecat')
    expect(exitCode).toBe(2)
    expect(stderr).toContain(`Did you mean ${sidecar}?`)
    expect(await readFile(lockFile, 'utf8')).toBe(locked)
  })

  test('does not go with --locked', async () => {
    expect((await lock('--locked', '--update', app)).exitCode).toBe(2)
  })
})

describe('diff', () => {
  let [first, second] = ['', '']
  const diff = (a: string, b: string, ...flags: string[]) => sealift(['diff', a, b, ...flags, '--quiet'])
  const diffJson = (a: string, b: string) => sealiftJson<Diff>(['diff', a, b, '--quiet'])
  const built = async (name: string) => {
    const out = join(small.dir, name)
    expect((await sealift(['build', small.spec, '-o', out, '--quiet', ...small.registries])).exitCode).toBe(0)
    await copyFile(lockFile, `${out}.yaml`)
    return join(out, 'small-1.0.0.tar')
  }

  beforeAll(async () => {
    await restore()
    first = await built('first')
    await small.pushImage('app', 'moved app')
    await small.writeValues({ memory: '21Mi', password: 'hunter2', extra: true, args: ['--log=debug'] })
    await lock()
    second = await built('second')
  }, 900_000)

  test('between two bundles names images, layers, objects and fields, and shows no secret', async () => {
    const { stdout, exitCode } = await diff(first, second, '--objects')
    expect(exitCode).toBe(0)
    expect(stdout).toContain(`~ image ${app}: the tag moved: was sha256:`)
    const objects = stdout.slice(stdout.indexOf('Kubernetes objects:')).split('\n')
    expect(objects).toEqual([
      'Kubernetes objects:',
      '+ ConfigMap apps/extra',
      '~ Deployment apps/app',
      '    spec.template.spec.containers[main].args[]: removed "--log=info"',
      '    spec.template.spec.containers[main].args[]: added "--log=debug"',
      '    spec.template.spec.containers[main].resources.requests.memory: was "20Mi", now "21Mi"',
      '~ Secret apps/app',
      '    stringData.password: changed',
    ])
    expect(stdout).not.toContain('hunter2')
  })

  test('counts what a delta carries: everything but the layers that both have', async () => {
    const { json } = await diffJson(first, second)
    expect(diffResult.safeParse(json)).toMatchObject({ success: true })
    const { layers, carry } = json
    expect([layers.shared.count, layers.added.count, layers.removed.count]).toEqual([2, 2, 2])
    expect(layers.shared.bytes).toBeGreaterThan(2 * layerBytes)
    expect(carry.full - carry.delta).toBe(layers.shared.bytes)
  })

  test('of a bundle and itself, and of its lock, is none; --exit-code says the same', async () => {
    for (const [a, b] of [
      [first, first],
      [first, join(small.dir, 'first.yaml')],
    ] as const) {
      const { exitCode, stdout } = await diff(a, b, '--exit-code')
      expect([exitCode, stdout.split('\n').at(-1)]).toEqual([0, 'no difference'])
    }
  })

  test('of a folder and a lock compares all but objects, and says so; --exit-code ends with 15', async () => {
    const { exitCode, stdout } = await diff(small.spec, join(small.dir, 'second.yaml'), '--exit-code')
    expect(exitCode).toBe(15)
    expect(stdout).toContain(`~ image ${app}: the tag moved`)
    expect(stdout).toContain('Kubernetes objects are compared between two bundles only')
    const without = await diff(first, second)
    expect(without.stdout).toContain('Kubernetes objects were not compared, since that runs the helm in B')
  })

  test('with a key the helm of B is run only if that key signed it', async () => {
    const env = { SEALIFT_KEY_PASSPHRASE: 'correct horse' }
    const key = join(small.dir, 'release')
    expect((await sealift(['keys', 'new', key], { env })).exitCode).toBe(0)
    expect((await diff(first, second, '--key', `${key}.pub`)).exitCode).toBe(33)
    expect((await diff(first, small.spec, '--key', `${key}.pub`)).stderr).toContain(
      'only a bundle can be signed',
    )
    expect((await sealift(['sign', second, '--key', `${key}.key`], { env })).exitCode).toBe(0)
    expect((await diff(first, second, '--key', `${key}.pub`)).stdout).toContain('+ ConfigMap apps/extra')
    await copyFile(`${second}.sig`, `${first}.sig`)
    expect((await diff(second, first, '--key', `${key}.pub`)).exitCode).toBe(34)
  })

  test('a side that is none of the three has its own exit code', async () => {
    await writeFile(join(small.dir, 'zeros.tar'), Buffer.alloc(4096))
    await writeFile(join(small.dir, 'old.yaml'), 'kind: BundleLock\n')
    expect((await diff(first, join(small.dir, 'zeros.tar'))).exitCode).toBe(30)
    expect((await diff(join(small.dir, 'old.yaml'), first)).exitCode).toBe(14)
    expect((await diff(first, join(small.dir, 'nothing'))).exitCode).toBe(25)
  })
})
