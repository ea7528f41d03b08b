/** Whose a cluster is: another site's file, and another database, are refused unless they are meant. */
import { beforeEach, describe, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { kinds, type SiteHost } from '../../../../src/kernel/ports/index.ts'
import { secretObject } from '../../../../src/site/wire/secrets.ts'
import { installOn, objectsIn, removeFrom } from './memory-site.ts'
import { type MemoryWorld, memoryWorld } from './memory-world.ts'

let world: MemoryWorld

beforeEach(async () => {
  world = await memoryWorld()
})

const install = (takeOver = false) => installOn(world.host, '1.0.0', { takeOver })
const remove = () => removeFrom(world.host, '1.0.0', false)

async function rename(name: string): Promise<void> {
  const { files } = world.host
  const text = await files.readText('site.yaml')
  await files.write('site.yaml', text.replace(/name: bank-\w+/, `name: ${name}`))
}

const otherSite = {
  code: 'FOREIGN_INSTALL',
  exitCode: 44,
  message: 'this cluster is site bank-prod, and the site file is of bank-test',
  hints: expect.arrayContaining([expect.stringContaining('--take-over')]),
}

describe('another site’s file', () => {
  test('is refused, and nothing is changed', async () => {
    await install()
    await rename('bank-test')
    const before = objectsIn(world.cluster)
    await expect(install()).rejects.toMatchObject(otherSite)
    await expect(remove()).rejects.toMatchObject(otherSite)
    expect(objectsIn(world.cluster)).toEqual(before)
  })

  test('is refused from the first change on, and after a removal that left the data', async () => {
    const { files } = world.host
    const killed = new Error('killed')
    const early = { ...world.host, files: { ...files, readText: files.readText } }
    early.cluster = {
      ...world.cluster,
      apply: object =>
        object.metadata.name === 'demo' ? Promise.reject(killed) : world.cluster.apply(object),
    }
    await expect(installOn(early, '1.0.0')).rejects.toBe(killed)
    await rename('bank-test')
    await expect(install()).rejects.toMatchObject(otherSite)
    await rename('bank-prod')
    await install()
    await remove()
    await rename('bank-test')
    await expect(install()).rejects.toMatchObject(otherSite)
  })

  test('is known without the receipt, and without Sealift’s own namespace', async () => {
    await install()
    await rename('bank-test')
    await world.cluster.delete(kinds.configMap, 'sealift-receipt', 'sealift-system')
    await expect(install()).rejects.toMatchObject(otherSite)
    await world.cluster.delete(kinds.namespace, 'sealift-system')
    await expect(install()).rejects.toMatchObject(otherSite)
  })

  test('is taken over where that is said, and the cluster is that site then', async () => {
    await install()
    await rename('bank-test')
    await install(true)
    await install()
    await rename('bank-prod')
    await expect(install()).rejects.toMatchObject({
      message: 'this cluster is site bank-test, and the site file is of bank-prod',
    })
  })
})

describe('another database, that holds nothing', () => {
  const moved = () =>
    world.cluster.apply(
      secretObject('default', 'database', { uri: 'postgresql://infisical:word@new.bank.example/infisical' }),
    )

  test('is refused: the data would be left, and a new Infisical begun', async () => {
    await install()
    await moved()
    const before = objectsIn(world.cluster)
    const error = await install().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'FOREIGN_INSTALL' })
    expect(String(error)).toContain('infisical at pg.bank.example:5432')
    expect(String(error)).toContain('infisical at new.bank.example:5432, which holds none')
    expect(String(error)).not.toContain('word')
    expect(objectsIn(world.cluster)).toEqual(before)
  })

  test('is the same one under another login, which the site has given it', async () => {
    await install()
    const uri = 'postgresql://another:login@pg.bank.example/infisical'
    await world.cluster.apply(secretObject('default', 'database', { uri }))
    const { open } = world.host.database
    const database: SiteHost['database'] = {
      open: async login => {
        if (login.user !== 'another') throw new SealiftError('DATABASE_DENIED', 'no such role')
        return open(login)
      },
    }
    await installOn({ ...world.host, database }, '1.0.0')
  })

  test('is taken where that is said', async () => {
    await install()
    await moved()
    await install(true)
  })
})

test('keys that lie ready in a namespace that was there before are not taken, and nothing is changed', async () => {
  const { cluster } = world
  await cluster.apply({ ...kinds.namespace, metadata: { name: 'demo' } })
  await cluster.apply(
    secretObject('demo', 'infisical-secrets', {
      ENCRYPTION_KEY: '00'.repeat(16),
      AUTH_SECRET: 'known',
      DB_CONNECTION_URI: 'postgresql://infisical:known@pg.bank.example:5432/infisical',
      REDIS_URL: 'redis://dragonfly.bank.example:6379/0',
    }),
  )
  const before = objectsIn(cluster)
  await expect(install()).rejects.toMatchObject({ code: 'FOREIGN_INSTALL' })
  expect(objectsIn(cluster)).toEqual(before)
})
