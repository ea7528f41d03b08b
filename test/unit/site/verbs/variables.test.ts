/** Variables of Infisical's server, from site.yaml and from teams' verbs: what installs and checks make of them. */
import { beforeEach, describe, expect, test } from 'vitest'
import { parseSite } from '../../../../src/kernel/inputs/index.ts'
import { kinds, Secret } from '../../../../src/kernel/ports/index.ts'
import {
  ensureServerVariables,
  environmentIn,
  environmentSecret,
} from '../../../../src/kernel/server-variables/index.ts'
import { lookAtVariables } from '../../../../src/site/verbs/check/variables.ts'
import type { InstallResult } from '../../../../src/site/verbs/install/index.ts'
import { putKeysBack } from '../../../../src/site/wire/keys/index.ts'
import { secretObject } from '../../../../src/site/wire/secrets.ts'
import { rejection, secretIn } from '../wire/memory.ts'
import { installOn, objectsIn } from './memory-site.ts'
import { type MemoryWorld, memoryWorld } from './memory-world.ts'

const env = `infisical:
  env:
    SMTP_HOST: mail.bank.local
    SMTP_PASSWORD: { secret: { namespace: default, name: mail, key: word } }
`
let world: MemoryWorld
let plain: string

beforeEach(async () => {
  world = await memoryWorld()
  plain = await world.host.files.readText('site.yaml')
  await world.host.files.write('site.yaml', `${plain}${env}`)
  await setPassword('first')
})

const setPassword = (word: string) => world.cluster.apply(secretObject('default', 'mail', { word }))
const install = async () => {
  const { steps } = (await installOn(world.host, '1.0.0')) as InstallResult
  return steps.filter(({ skipped }) => !skipped).map(({ id }) => id)
}
const inPod = () => secretIn(world.cluster, 'demo', 'infisical-secrets')
const verdicts = async () =>
  await lookAtVariables(
    world.cluster,
    parseSite(await world.host.files.readText('site.yaml'), 'site.yaml'),
    'demo',
  )
const ask = (value?: string) =>
  ensureServerVariables('look', value === undefined ? {} : { ALLOW_INTERNAL_IP_CONNECTIONS: value }, 'demo', {
    cluster: world.cluster,
    clock: world.host.clock,
    signal: new AbortController().signal,
    say: () => {},
  })

describe('an install', () => {
  test('brings text and Secrets to the pod; a rerun changes nothing', async () => {
    await install()
    expect(await inPod()).toMatchObject({ SMTP_HOST: 'mail.bank.local', SMTP_PASSWORD: 'first' })
    expect(await secretIn(world.cluster, 'sealift-system', 'infisical-secrets')).toEqual(await inPod())
    expect(await install()).toEqual(['proof'])
    expect(await verdicts()).toMatchObject([
      { ok: true, message: expect.stringContaining('2 variables of site.yaml and teams') },
    ])
  })

  test('starts the pods anew where a Secret has changed, or a variable is no longer wanted', async () => {
    await install()
    await setPassword('second')
    expect(await verdicts()).toMatchObject([{ ok: false, message: 'not as they are wanted: SMTP_PASSWORD' }])
    expect(await install()).toEqual(['database', 'release-demo', 'proof'])
    expect(await inPod()).toMatchObject({ SMTP_PASSWORD: 'second' })
    await world.host.files.write('site.yaml', plain)
    expect(await verdicts()).toMatchObject([
      { ok: false, message: 'not as they are wanted: SMTP_HOST, SMTP_PASSWORD' },
    ])
    expect(await install()).toEqual(['database', 'release-demo', 'proof'])
    expect(await inPod()).not.toHaveProperty('SMTP_HOST')
    expect(await install()).toEqual(['proof'])
  })

  test('changes nothing where a Secret or its key is missing, and names the field', async () => {
    const before = objectsIn(world.cluster)
    await world.host.files.write('site.yaml', `${plain}${env.replace('key: word', 'key: password')}`)
    const error = await rejection(install())
    expect(error.code).toBe('SITE_INVALID')
    expect(error.message).toBe('infisical.env.SMTP_PASSWORD: Secret default/mail has no key password')
    expect(objectsIn(world.cluster)).toEqual(before)
  })

  test('keeps what verbs for teams asked for, and has nothing to do after them', async () => {
    await install()
    expect(await ask('true')).toBe(true)
    expect(await inPod()).toMatchObject({ ALLOW_INTERNAL_IP_CONNECTIONS: 'true', SMTP_PASSWORD: 'first' })
    expect(await install()).toEqual(['proof'])
    expect(await inPod()).toMatchObject({ ALLOW_INTERNAL_IP_CONNECTIONS: 'true' })
    await world.cluster.delete(kinds.secret, 'infisical-secrets', 'demo')
    await install()
    expect(await inPod()).toMatchObject({ ALLOW_INTERNAL_IP_CONNECTIONS: 'true' })
    expect(await ask()).toBe(true)
    expect(await inPod()).not.toHaveProperty('ALLOW_INTERNAL_IP_CONNECTIONS')
    expect(await install()).toEqual(['proof'])
  })
})

test('keys that are put back leave them as they are, and known as wanted ones', async () => {
  await install()
  const { cluster } = world
  const before = await inPod()
  const { ENCRYPTION_KEY = '', AUTH_SECRET = '', ...rest } = before ?? {}
  const spoilt = environmentIn(await cluster.get(kinds.secret, 'infisical-secrets', 'demo'))
  const { ENCRYPTION_KEY: _, AUTH_SECRET: __, ...wired } = spoilt?.wired ?? {}
  await cluster.apply(environmentSecret('demo', { wired, more: spoilt?.more ?? {} }))
  expect(await inPod()).toEqual(rest)
  const keys = { encryptionKey: new Secret(ENCRYPTION_KEY), authSecret: new Secret(AUTH_SECRET) }
  await putKeysBack(cluster, 'demo', keys)
  expect(await inPod()).toEqual(before)
  await ask('true')
  expect(await inPod()).toEqual({ ...before, ALLOW_INTERNAL_IP_CONNECTIONS: 'true' })
})

test('a check tells of pods that have started with another environment, and of a Secret that is gone', async () => {
  await install()
  const other = secretObject('demo', 'infisical-secrets', { EXTRA: 'theirs' })
  await world.cluster.applyAs('someone', other)
  expect(await verdicts()).toMatchObject([
    { ok: false, message: expect.stringContaining('started with another environment than Secret demo/') },
  ])
  await world.cluster.delete(kinds.secret, 'mail', 'default')
  expect(await verdicts()).toMatchObject([
    { ok: false, message: 'infisical.env.SMTP_PASSWORD: there is no Secret default/mail' },
  ])
})
