import { describe, expect, test } from 'vitest'
import { SealiftError, ServerTrouble } from '../../../../src/kernel/errors/index.ts'
import type { Reference } from '../../../../src/kernel/oci/index.ts'
import { askedOnce } from '../../../../src/seal/resolve/index.ts'
import { MemoryRegistry } from '../../../support/memory-registry.ts'

const app: Reference = { registry: 'r.io', repository: 'app', tag: '1' }
const named = (repository: string, registry = 'r.io'): Reference => ({ registry, repository, tag: '1' })

function filled() {
  const registry = new MemoryRegistry()
  const { digest } = registry.image('r.io/app', '1', 'amd64', ['x'])
  return { registry, digest, once: askedOnce(registry) }
}

describe('asked once', () => {
  test('a manifest is read once, by its tag, by its digest, and at the same time', async () => {
    const { registry, digest, once } = filled()
    const [first, second] = await Promise.all([once.manifest(app), once.manifest(app)])
    expect(second).toBe(first)
    const { tag: _, ...place } = app
    expect(await once.manifest({ ...place, digest })).toBe(first)
    expect(await once.find({ ...place, digest }, digest)).toBe(first)
    expect(await once.digest(app)).toBe(digest)
    expect(registry.asked).toEqual(['r.io/app:1'])
    expect(registry.headed).toEqual([])
  })

  test('a digest is asked for once, and tells nothing of what must be read', async () => {
    const { registry, digest, once } = filled()
    expect([await once.digest(app), await once.digest(app)]).toEqual([digest, digest])
    expect(registry.headed).toHaveLength(1)
    await once.manifest(app)
    expect(registry.asked).toHaveLength(1)
  })

  test('what may be absent is absent once, and an error to whoever must have it', async () => {
    const { registry, digest, once } = filled()
    const missing = named('gone')
    expect(await once.find(missing, digest)).toBeUndefined()
    expect(await once.find(missing, digest)).toBeUndefined()
    expect(registry.asked).toHaveLength(1)
    await expect(once.manifest(missing)).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' })
  })
})

test('tags are listed once, and not where nothing else is asked for any more', async () => {
  const { registry } = filled()
  const list = registry.tags.bind(registry)
  let listed = 0
  registry.tags = async (...args) => {
    listed += 1
    return list(...args)
  }
  const once = askedOnce(registry)
  for (const name of [app, named('app')]) expect(await once.tags(name)).toEqual(['1'])
  expect(listed).toBe(1)
  registry.manifest = () => Promise.reject(new SealiftError('REGISTRY_UNREACHABLE', 'nobody there'))
  await expect(once.manifest(named('other'))).rejects.toThrow('nobody there')
  expect(await once.tags(named('other'))).toBeUndefined()
  expect(listed).toBe(1)
})

describe('asked ahead', () => {
  test('an answer is there for whoever wants it', async () => {
    const { registry, digest, once } = filled()
    await Promise.all([once.ahead.digest(app), once.ahead.manifest(app)])
    expect(await once.digest(app)).toBe(digest)
    await once.manifest(app)
    expect(registry.asked).toHaveLength(1)
  })

  test('a failure is told once to whoever wants it, and asked for again after that', async () => {
    const { registry, once } = filled()
    let asked = 0
    registry.manifest = () => Promise.reject(new SealiftError('REGISTRY_FAILED', `failure ${++asked}`))
    await expect(once.ahead.manifest(app)).rejects.toThrow('failure 1')
    await expect(once.ahead.manifest(app)).rejects.toThrow('failure 1')
    await expect(once.manifest(app)).rejects.toThrow('failure 1')
    await expect(once.manifest(app)).rejects.toThrow('failure 2')
    await expect(once.manifest(app)).rejects.toThrow('failure 3')
  })

  test('a registry that fails ahead is asked for what is wanted, until it has failed for that', async () => {
    const { registry, once } = filled()
    const down = () => Promise.reject(new SealiftError('REGISTRY_UNREACHABLE', 'down'))
    const read = registry.manifest.bind(registry)
    registry.manifest = down
    await expect(once.ahead.manifest(named('a'))).rejects.toThrow('down')
    await expect(once.ahead.manifest(named('b'))).rejects.toThrow('r.io/b:1 was not asked for')
    registry.manifest = read
    await once.manifest(app)
    await expect(once.manifest(named('b'))).rejects.toThrow('r.io/b:1 is not there')
    await expect(once.manifest(named('a'))).rejects.toThrow('down')
    await expect(once.manifest(named('c'))).rejects.toThrow('r.io/c:1 was not asked for')
    await expect(once.ahead.manifest(named('d'))).rejects.toThrow('r.io/d:1 was not asked for')
  })

  test('a failure that is waited for already is told, and no more than that', async () => {
    const { registry, once } = filled()
    let asked = 0
    registry.manifest = () => Promise.reject(new SealiftError('REGISTRY_FAILED', `failure ${++asked}`))
    const [ahead, wanted] = [once.ahead.manifest(app), once.manifest(app)]
    await expect(ahead).rejects.toThrow('failure 1')
    await expect(wanted).rejects.toThrow('failure 1')
    await expect(once.manifest(app)).rejects.toThrow('failure 2')
  })
})

describe('a registry in trouble', () => {
  const failing = (error: SealiftError) => {
    const registry = new MemoryRegistry()
    registry.image('other.io/app', '1', 'amd64', ['x'])
    const read = registry.manifest.bind(registry)
    let asked = 0
    registry.manifest = async reference => {
      if (reference.registry === 'other.io') return read(reference)
      asked += 1
      throw error
    }
    const once = askedOnce(registry)
    const ask = (name: string) => once.manifest(named(name)).catch((thrown: SealiftError) => thrown.message)
    return { once, ask, asked: () => asked }
  }
  const of = (kind: ServerTrouble['kind']) =>
    new SealiftError('REGISTRY_FAILED', 'it said so', { cause: new ServerTrouble(kind) })

  test.each([
    ['asks to slow down', of('waits')],
    ['cannot be reached', new SealiftError('REGISTRY_UNREACHABLE', 'it said so')],
  ])('that %s is asked no more, and others are', async (reason, error) => {
    const { once, ask, asked } = failing(error)
    expect(await ask('a')).toBe('it said so')
    expect(await ask('b')).toBe(`r.io/b:1 was not asked for: r.io ${reason}`)
    await expect(once.referrers(app, 'sha256:0')).rejects.toMatchObject({ code: error.code })
    expect(asked()).toBe(1)
    await once.manifest(named('app', 'other.io'))
  })

  test('that failed three times in a row is asked no more', async () => {
    const { ask, asked } = failing(of('fails'))
    for (const name of ['a', 'b', 'c']) expect(await ask(name)).toBe('it said so')
    expect(await ask('d')).toBe('r.io/d:1 was not asked for: r.io went on failing')
    expect(asked()).toBe(3)
  })

  test('is none for a fault that is of one image alone, however often', async () => {
    const { ask, asked } = failing(new SealiftError('REGISTRY_DENIED', 'denied'))
    for (const name of ['a', 'b', 'c', 'd', 'e']) expect(await ask(name)).toBe('denied')
    expect(asked()).toBe(5)
  })
})
