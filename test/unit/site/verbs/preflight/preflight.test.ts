import { beforeEach, expect, test } from 'vitest'
import { SealiftError } from '../../../../../src/kernel/errors/index.ts'
import { preflightFault } from '../../../../../src/site/verbs/preflight/index.ts'
import { recordedTalk } from '../../../../support/recorded-talk.ts'
import { checkOf, lookAt, outcomes, type PreflightWorld, preflightWorld } from './preflight-site.ts'

let world: PreflightWorld
beforeEach(async () => {
  world = await preflightWorld()
})

test('a site on which an install goes through has no fault', async () => {
  const found = await lookAt(world)
  expect(found).toMatchObject({ site: 'bank-prod', ok: true, counts: { fault: 0 } })
  expect(preflightFault(found)).toBeUndefined()
  expect(checkOf(found, 'postgresql')?.seen).toContain('PostgreSQL 16.4')
  expect(checkOf(found, 'dragonfly')?.seen).toContain('Redis 7.4.0')
})

test('nothing is written there', async () => {
  const before = world.cluster.objects()
  await lookAt(world)
  expect(world.cluster.objects()).toEqual(before)
})

test('a cluster that does not answer is a fault, and hides nothing of the bundle', async () => {
  const gone = new SealiftError(
    'CLUSTER_UNREACHABLE',
    'cannot reach the cluster at memory: nothing listens there',
  )
  world.cluster.info = () => Promise.reject(gone)
  const found = await lookAt(world)
  expect(outcomes(found)).toMatchObject({
    'cluster/reach': 'fault',
    'bundle/readable': 'ok',
    'bundle/whole': 'ok',
    postgresql: 'not-looked-at',
    'cluster/version': 'not-looked-at',
  })
  expect(checkOf(found, 'postgresql')?.seen).toBe('the cluster could not be had: see cluster/reach')
  const ids = found.checks.map(({ id }) => id)
  expect(ids).toEqual([...new Set(ids)])
  expect(preflightFault(found)).toMatchObject({ code: 'PREFLIGHT_FAILED', exitCode: 62 })
})

test('a file that is no bundle is a fault, and hides nothing of the cluster', async () => {
  await world.host.files.write('other.tar', Buffer.from('no bundle at all'))
  const found = await lookAt(world, { bundle: 'other.tar' })
  expect(outcomes(found)).toMatchObject({
    'bundle/readable': 'fault',
    'bundle/spec': 'not-looked-at',
    'cluster/reach': 'ok',
  })
  expect(found.bundle).toEqual({ path: 'other.tar' })
  const missing = await lookAt(world, { bundle: 'missing.tar' })
  expect(outcomes(missing)).toMatchObject({ 'bundle/readable': 'fault', 'cluster/reach': 'ok' })
})

test('a bundle that nobody signed is a fault, and no program of it is run', async () => {
  let ran = false
  const { host } = world
  const helmFrom: typeof host.helmFrom = async program => {
    ran = true
    return host.helmFrom(program)
  }
  const found = await lookAt({ ...world, host: { ...host, helmFrom } }, { unsigned: false })
  expect(outcomes(found)).toMatchObject({ 'bundle/signature': 'fault', 'bundle/tools': 'not-looked-at' })
  expect(ran).toBe(false)
})

test('an interruption ends it, and takes away what was unpacked', async () => {
  const { host } = world
  const stop = new AbortController()
  let there = 0
  const helmFrom: typeof host.helmFrom = async program => {
    there += 1
    stop.abort(new SealiftError('INTERRUPTED', 'interrupted'))
    const dispose = async () => {
      there -= 1
    }
    return { ...(await host.helmFrom(program)), dispose }
  }
  const talk = { ...recordedTalk(), signal: stop.signal }
  await expect(lookAt({ ...world, host: { ...host, helmFrom } }, { talk })).rejects.toMatchObject({
    code: 'INTERRUPTED',
  })
  expect(there).toBe(0)
})
