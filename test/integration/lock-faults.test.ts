/** What fails in a lock is told at once, and what did not is not lost: the real adapter, and registries of ours. */
import { afterEach, describe, expect, test } from 'vitest'
import { parseLock } from '../../src/bundle/lock/index.ts'
import { SealiftError } from '../../src/kernel/errors/index.ts'
import { failure } from '../contract/registry/connect.ts'
import { type CountedSpec, countedSpec } from '../support/counted-spec.ts'

let spec: CountedSpec
afterEach(() => spec?.stop())

const partial = 'spec/bundle.lock.yaml.partial'
const changes = { platforms: ['linux/amd64'], attestations: false }
const nameOf = (repository: string, registry = 'registry.test') => `${registry}/${repository}:1`

/** A spec whose pods have images of these repositories of `registry.test`, all of them there. */
async function withImages(repositories: readonly string[], more: readonly string[] = []): Promise<void> {
  const images = [...repositories.map(repository => nameOf(repository)), ...more]
  spec = await countedSpec({ images, changes, unreachable: ['dead.test'] })
  for (const repository of repositories) spec.store.image(repository, '1', 'amd64', repository)
}

describe('faults', () => {
  test('of several kinds are told together, each with its image and reason', async () => {
    await withImages(['denied', 'fails', 'gone', 'good'], [nameOf('one', 'dead.test')])
    delete spec.store.images['gone:1']
    spec.server.fault({ path: /\/denied\//, status: 401 })
    spec.server.fault({ path: /\/fails\//, status: 500 })
    const charts = [
      { name: 'app', path: 'app.tgz', version: '1.0.0', release: 'app', namespace: 'apps' },
      { name: 'lost', path: 'lost.tgz', version: '1.0.0', release: 'lost', namespace: 'apps' },
    ]
    await spec.writeSpec({ charts })
    const error = await failure(spec.lock())
    // The smallest of 11, 12, 20, 21 and 22: what the spec is to be mended for goes first.
    expect(error.code).toBe('CHART_NOT_FOUND')
    expect(error.message).toBe('5 things could not be locked')
    expect(error.faults).toEqual([
      'chart lost: spec/lost.tgz is not there',
      expect.stringMatching(
        /^dead\.test\/one:1: cannot reach .* \(needed by app Pod\/app spec\.containers\[4\]\.image\)$/,
      ),
      expect.stringMatching(/^registry\.test\/denied:1: .* denies access \(401\) \(needed by app /),
      expect.stringMatching(/^registry\.test\/fails:1: .* answered 500, tried 5 times; .* \(needed by app /),
      expect.stringMatching(/^registry\.test\/gone:1: not found at /),
    ])
    expect(error.hints.join(' ')).toContain('docker login 127.0.0.1')
    expect(error.hints.at(-1)).toContain(`kept in ${partial}`)
    await expect(spec.files.exists('spec/bundle.lock.yaml')).resolves.toBe(false)
  })

  test('of one kind keep its code, and one alone is told as it is', async () => {
    await withImages(['denied', 'forbidden', 'good'])
    spec.server.fault({ path: /\/(denied|forbidden)\//, status: 403 })
    expect(await failure(spec.lock())).toMatchObject({ code: 'REGISTRY_DENIED', exitCode: 20 })
    spec.images.splice(1, 1)
    const alone = await failure(spec.lock())
    expect(alone.message).toMatch(/^registry\.test\/denied:1: .* denies access/)
    expect(alone.hints).toContainEqual('The image is needed by app Pod/app spec.containers[0].image.')
  })

  test('of the budget and of an image are told together', async () => {
    await withImages(['gone'])
    delete spec.store.images['gone:1']
    await spec.writeSpec({ budget: { memory: '1Mi', cpu: '1m' } })
    const error = await failure(spec.lock())
    expect(error.code).toBe('IMAGE_NOT_FOUND')
    expect(error.faults.some(fault => fault.startsWith('budget: '))).toBe(true)
    expect(error.faults.some(fault => fault.startsWith('registry.test/gone:1: '))).toBe(true)
  })
})

describe('a registry in trouble is asked no more, and the rest is told as not asked for', () => {
  const many = Array.from({ length: 20 }, (_, i) => `image-${i}`)
  const notAsked = ({ faults }: SealiftError) => faults.filter(fault => fault.includes('was not asked for: '))

  test('that asks to slow down', async () => {
    await withImages(many)
    spec.server.fault({ path: /./, status: 429, headers: { 'retry-after': '30' } })
    const error = await failure(spec.lock())
    expect(error.code).toBe('REGISTRY_FAILED')
    expect(error.faults).toHaveLength(20)
    expect(notAsked(error)).toHaveLength(16)
    expect(notAsked(error)[0]).toContain(
      'was not asked for: registry.test asks to slow down (needed by app Pod/app',
    )
    expect(spec.asked()).toHaveLength(4 * 5)
  })

  test('that cannot be reached, while others are asked', async () => {
    await withImages(
      ['good'],
      many.map(name => nameOf(name, 'dead.test')),
    )
    const error = await failure(spec.lock())
    expect(error.code).toBe('REGISTRY_UNREACHABLE')
    expect(notAsked(error).length).toBeGreaterThanOrEqual(16)
    expect(notAsked(error)[0]).toContain('was not asked for: dead.test cannot be reached')
    expect(spec.asked()).toEqual(['GET manifests good:1', expect.stringContaining('GET blobs good:')])
  })

  test('that went on failing', async () => {
    await withImages(many)
    spec.server.fault({ path: /./, status: 502 })
    const error = await failure(spec.lock())
    expect(error.faults).toHaveLength(20)
    expect(notAsked(error).length).toBeGreaterThanOrEqual(14)
    expect(notAsked(error)[0]).toContain('registry.test went on failing')
  })

  test('but not one that denies, or lacks, some of what it is asked for', async () => {
    await withImages(many)
    spec.server.fault({ path: /image-\d\//, status: 404 })
    spec.server.fault({ path: /image-1\d\//, status: 403 })
    const error = await failure(spec.lock())
    expect(error.faults).toHaveLength(20)
    expect(notAsked(error)).toEqual([])
  })
})

describe('what could be locked', () => {
  const broken = async () => {
    await withImages(['bad', 'one', 'two'])
    spec.server.fault({ path: /\/bad\//, status: 403, times: 1 })
    await failure(spec.lock())
    spec.asked()
  }

  test('is not asked for again within an hour, and nothing is left of it once there is a lock', async () => {
    await broken()
    expect(await spec.files.exists(partial)).toBe(true)
    const { lock } = await spec.lock()
    expect(spec.asked()).toEqual(['GET manifests bad:1', expect.stringContaining('GET blobs bad:')])
    expect(lock.images).toHaveLength(3)
    expect(spec.lines).toContain('note 2 images of 3 are as a run of the last hour pinned them')
    expect(await spec.files.exists(partial)).toBe(false)
    expect(parseLock(await spec.files.readText('spec/bundle.lock.yaml'), 'it')).toEqual(lock)
  })

  test('is asked for again where it was edited and is not what the image’s name says', async () => {
    await withImages(['bad', 'one'])
    const { digest } = spec.store.image('one', '1', 'amd64', 'one')
    spec.images[1] = `registry.test/one:1@${digest}`
    spec.server.fault({ path: /\/bad\//, status: 403, times: 1 })
    await failure(spec.lock())
    const other = `sha256:${'a'.repeat(64)}`
    const text = await spec.files.readText(partial)
    await spec.files.write(partial, text.replaceAll(`: ${digest}`, `: ${other}`))
    const { lock } = await spec.lock()
    expect(lock.images.find(({ name }) => name === spec.images[1])?.digest).toBe(digest)
  })

  test('hides a tag that moves for an hour, and no longer', async () => {
    await broken()
    const moved = spec.store.image('one', '1', 'amd64', 'moved')
    await spec.host.clock.sleep(60 * 60 * 1000)
    const { lock } = await spec.lock()
    const asked = spec.asked().filter(line => !line.includes('bad'))
    expect(asked).toEqual([
      'HEAD manifests one:1',
      'HEAD manifests two:1',
      'GET manifests one:1',
      expect.stringContaining('GET blobs one:'),
    ])
    expect(lock.images.find(({ name }) => name === nameOf('one'))?.digest).toBe(moved.digest)
  })

  test('is nothing to a run that is held to a lock, nor to an image that --update names', async () => {
    await withImages(['one', 'two'])
    await spec.lock()
    spec.images.push(nameOf('bad'))
    const { digest } = spec.store.image('one', '1', 'amd64', 'moved')
    await failure(spec.lock())
    expect(await spec.files.readText(partial)).toContain(digest)
    const later = spec.store.image('one', '1', 'amd64', 'moved again')
    spec.images.pop()
    await expect(spec.lock({ locked: true })).rejects.toMatchObject({
      faults: [expect.stringContaining(`now ${later.digest}`)],
    })
    expect(await spec.files.exists(partial)).toBe(true)
    const { lock } = await spec.lock({ update: ['registry.test/one'] })
    expect(lock.images[0]?.digest).toBe(later.digest)
  })

  test('is kept at Ctrl-C, with what was found attached', async () => {
    const images = ['one', 'two']
    await withImages(images)
    await spec.writeSpec({ attestations: true })
    const ctrlC = new AbortController()
    const { reporter } = spec.talk
    const step = (title: string) => {
      const under = reporter.step(title)
      const update = (detail: string) => {
        under.update(detail)
        if (title.startsWith('Look for')) ctrlC.abort(new SealiftError('INTERRUPTED', 'interrupted'))
      }
      return { ...under, update }
    }
    const stopped = spec.lock({}, { reporter: { ...reporter, step }, signal: ctrlC.signal })
    await expect(stopped).rejects.toMatchObject({ code: 'INTERRUPTED' })
    expect(await spec.files.readText(partial)).toContain(nameOf('two'))
    spec.asked()
    await spec.lock()
    const asked = spec.asked()
    expect(asked.filter(line => line.startsWith('GET manifests'))).toEqual([])
    expect(new Set(asked.map(line => /(one|two):/.exec(line)?.[1])).size).toBe(1)
  })

  test('that cannot be read counts as nothing', async () => {
    await broken()
    await spec.files.write(partial, 'kind: PartialBundleLock\nimages: [')
    await spec.lock()
    expect(spec.asked().filter(line => line.startsWith('GET manifests'))).toHaveLength(3)
  })

  test('is nothing where a link, pipe or folder lies in its place, which may stay there', async () => {
    await broken()
    const refused = new SealiftError('FILE_FAILED', 'it is no regular file')
    const { readBeside, remove } = spec.files
    const unlessKept =
      <Rest extends unknown[], Result>(work: (path: string, ...rest: Rest) => Promise<Result>) =>
      async (path: string, ...rest: Rest) =>
        path === partial ? Promise.reject(refused) : work(path, ...rest)
    Object.assign(spec.files, { readBeside: unlessKept(readBeside), remove: unlessKept(remove) })
    expect((await spec.lock()).lock.images).toHaveLength(3)
    expect(spec.asked().filter(line => line.startsWith('GET manifests'))).toHaveLength(3)
    expect(spec.lines).toContain('! what earlier runs have kept stays: it is no regular file')
  })

  test('is lost with a warning where it cannot be written, and the fault stays what it was', async () => {
    await withImages(['good', 'gone'])
    delete spec.store.images['gone:1']
    const full = new SealiftError('DISK_FULL', 'no room')
    const { write } = spec.files
    spec.files.write = async (path, ...rest) =>
      path === partial ? Promise.reject(full) : write(path, ...rest)
    expect((await failure(spec.lock())).code).toBe('IMAGE_NOT_FOUND')
    expect(spec.lines).toContain('! what could be locked is lost: no room')
  })
})
