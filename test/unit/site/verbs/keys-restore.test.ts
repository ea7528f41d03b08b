/** Keys that are gone, what is said of them, and how they come back. */
import { beforeEach, describe, expect, test } from 'vitest'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { secretObject } from '../../../../src/site/wire/secrets.ts'
import { rejection, secretIn } from '../wire/memory.ts'
import { type EscrowedWorld, escrowedWorld } from './escrowed-world.ts'
import { memoryWorld } from './memory-world.ts'

let world: EscrowedWorld
let fingerprint = ''
beforeEach(async () => {
  world = await escrowedWorld()
  await world.install()
  ;({ fingerprint } = await world.escrow())
})

test('lost keys over a full database stop an install, which names the escrow that fits', async () => {
  const before = await world.secrets()
  await world.lose()
  const error = await rejection(world.install())
  expect(error).toMatchObject({
    ...{ code: 'KEYS_LOST', exitCode: 52 },
    message: `the database holds an Infisical, but its keys (Secret demo/infisical-secrets) are gone; those that fit have the fingerprint ${fingerprint}`,
  })
  expect(error.hints[0]).toMatch(`Put them back from the escrow of keys ${fingerprint}, made 20`)
  expect(error.hints[0]).toContain(
    `for ${world.recipient}: sealift keys restore FILE -c site.yaml -i IDENTITY_FILE`,
  )
  expect(await world.restore()).toMatchObject({
    ...{ site: 'bank-prod', file: 'x.age', fingerprint },
    written: ['sealift-system/infisical-secrets', 'demo/infisical-secrets'],
  })
  await world.install()
  expect(await world.secrets()).toEqual(before)
})

test('with the record gone too, the database says which fits', async () => {
  await world.lose()
  await world.cluster.delete(kinds.configMap, 'sealift-keys', 'sealift-system')
  const error = await rejection(world.install())
  expect(error.message).toContain(`those that fit have the fingerprint ${fingerprint}`)
  expect(error.hints[0]).toBe(
    `Put them back from the escrow of keys ${fingerprint}: sealift keys restore FILE -c site.yaml -i IDENTITY_FILE`,
  )
  world.answers['mark'] = 'what somebody else wrote'
  const unknown = await rejection(world.install())
  expect(unknown.message).toMatch(/are gone$/)
  expect(unknown.hints[0]).toContain('Nothing here says which fits.')
})

test('an escrow on record that does not fit is named as such', async () => {
  await world.lose()
  world.answers['mark'] = 'Sealift: made with keys of fingerprint 0000-1111-2222-3333'
  const error = await rejection(world.install())
  expect(error.message).toContain('0000-1111-2222-3333')
  expect(error.hints[1]).toMatch(`is of other keys (${fingerprint}) and does not fit.`)
  // Nor does install go on with what came back.
  await world.restore()
  expect(await secretIn(world.cluster, 'demo', 'infisical-secrets')).toEqual({
    ENCRYPTION_KEY: expect.any(String),
    AUTH_SECRET: expect.any(String),
  })
  expect(await rejection(world.install())).toMatchObject({
    code: 'KEYS_LOST',
    message: `the database was made with keys of fingerprint 0000-1111-2222-3333; those on this cluster have ${fingerprint}`,
  })
})

test('a lost cluster gets its keys in Sealift’s namespace, and install does the rest', async () => {
  const { files } = world.host
  const keys = await world.keys()
  const fresh = await escrowedWorld(await memoryWorld())
  await fresh.host.files.write('x.age', await files.readText('x.age'))
  await fresh.host.files.write('identity.txt', await files.readPrivate('identity.txt'), 0o600)
  Object.assign(fresh.answers, world.answers)
  expect((await rejection(fresh.install())).message).toContain(fingerprint)
  expect((await fresh.restore()).written).toEqual(['sealift-system/infisical-secrets'])
  expect(await fresh.cluster.get(kinds.namespace, 'sealift-system')).toMatchObject({
    metadata: { annotations: { 'sealift.dev/site': 'bank-prod' } },
  })
  const result = await fresh.install()
  expect(await fresh.keys()).toEqual(keys)
  expect(result.keys).toMatchObject({ fingerprint, state: 'refused' })
})

describe('what is there', () => {
  test('and the same is left as it is', async () => {
    const before = await world.secrets()
    expect((await world.restore()).written).toEqual([])
    expect(await world.secrets()).toEqual(before)
  })

  test('but its keys stays beside them', async () => {
    const before = await world.secrets()
    await world.lose('sealift-system')
    const secret = await secretIn(world.cluster, 'demo', 'infisical-secrets')
    const { ENCRYPTION_KEY: _, AUTH_SECRET: __, ...rest } = secret ?? {}
    await world.lose('demo')
    await world.cluster.apply(secretObject('demo', 'infisical-secrets', rest))
    const error = await rejection(world.install())
    expect(error.message).toBe(
      `Secret demo/infisical-secrets has lost its keys; those that fit have the fingerprint ${fingerprint}`,
    )
    await world.restore()
    expect(await secretIn(world.cluster, 'sealift-system', 'infisical-secrets')).toEqual(secret)
    await world.install()
    expect(await world.secrets()).toEqual(before)
  })

  test('and different is never replaced', async () => {
    await world.lose()
    await world.cluster.apply(
      secretObject('demo', 'infisical-secrets', { ENCRYPTION_KEY: 'b', AUTH_SECRET: 'c' }),
    )
    const before = await world.secrets()
    const error = await rejection(world.restore())
    expect(error).toMatchObject({
      code: 'FOREIGN_INSTALL',
      message: expect.stringMatching(
        /^Secret demo\/infisical-secrets holds other keys \(fingerprint [0-9a-f-]{19}\), and keys are never replaced$/,
      ),
    })
    expect(await world.secrets()).toEqual(before)
  })

  test('in two places that differ: those that opened the database are named', async () => {
    const other = secretObject('sealift-system', 'infisical-secrets', {
      ENCRYPTION_KEY: 'b',
      AUTH_SECRET: 'c',
    })
    await world.cluster.apply(other)
    const { code, hints } = await rejection(world.install())
    expect(code).toBe('KEYS_LOST')
    expect(hints[0]).toContain(`Those that opened the database have the fingerprint ${fingerprint} (demo has`)
    expect(hints[0]).toMatch(/: delete Secret sealift-system\/infisical-secrets\.$/)
  })

  test('and somebody else’s is left alone', async () => {
    await world.lose()
    const { metadata, ...theirs } = secretObject('demo', 'infisical-secrets', { x: 'y' })
    await world.cluster.create({ ...theirs, metadata: { name: metadata.name, namespace: 'demo' } })
    expect(await rejection(world.restore())).toMatchObject({
      code: 'FOREIGN_INSTALL',
      message: 'Secret demo/infisical-secrets is there already, and Sealift did not make it',
    })
  })
})

test('an escrow of another site, or of keys that the record does not name, is refused', async () => {
  await world.lose()
  const text = await world.host.files.readText('site.yaml')
  await world.host.files.write('site.yaml', text.replace('bank-prod', 'bank-test'))
  expect(await rejection(world.restore())).toMatchObject({
    ...{
      code: 'WRONG_SITE',
      message: 'x.age is the escrow of site bank-prod, and the site file is that of bank-test',
    },
  })
  await world.host.files.write('site.yaml', text)
  const record = (await world.cluster.get(kinds.configMap, 'sealift-keys', 'sealift-system')) ?? {
    metadata: { name: '' },
  }
  await world.cluster.apply({
    ...kinds.configMap,
    metadata: record.metadata,
    data: { keys: '0000-1111-2222-3333' },
  })
  expect(await rejection(world.restore())).toMatchObject({
    code: 'KEYS_LOST',
    message: `this escrow is of keys ${fingerprint}; those that opened the database here have the fingerprint 0000-1111-2222-3333`,
    hints: expect.arrayContaining([expect.stringContaining('delete ConfigMap sealift-system/sealift-keys')]),
  })
  expect(await world.cluster.get(kinds.secret, 'infisical-secrets', 'demo')).toBeUndefined()
  await world.cluster.delete(kinds.configMap, 'sealift-keys', 'sealift-system')
  expect(await world.restore()).toMatchObject({ fingerprint })
})

test('an identity that others may read is not used', async () => {
  const { files } = world.host
  await files.write('open.txt', await files.readPrivate('identity.txt'))
  expect(await rejection(world.restore('x.age', 'open.txt'))).toMatchObject({
    code: 'KEY_INVALID',
    message: expect.stringContaining('open.txt is open to others on this machine'),
  })
})
