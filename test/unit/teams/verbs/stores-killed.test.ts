/** An apply that is killed anywhere: the next one goes on, and leaves nothing of the first. */
import { expect, test } from 'vitest'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { answering, type StoresSite, serving, storesSite } from './stores-site.ts'

const two = serving({ 'talent-mesh.prod': ['talent-mesh'], 'hr-platform.dev': ['hr-dev'] })
const none = serving({})

/** Lets the apply fail after its change of this number, on the server or in the cluster; gives whether it came so far. */
async function killedAfter(at: number, site: StoresSite, work: () => Promise<unknown>): Promise<boolean> {
  let left = at
  const react = site.cluster.behaviour.react
  const count = () => {
    left -= 1
    if (left === 0) throw new Error('killed')
  }
  const reading =
    /^(organization|projects|folders|licence|people|roles|members|identities|machines|privileges|permissions)\b/
  site.server.after = name => {
    if (!reading.test(name)) count()
  }
  site.infisical.calls.push = (...words: string[]) => {
    if (!words.join().startsWith('loginIdentity')) count()
    return Array.prototype.push.apply(site.infisical.calls, words)
  }
  site.cluster.behaviour.react = async (object, cluster) => {
    await react(object, cluster)
    if (object['status'] === undefined) count()
  }
  const ended = await work().then(
    () => false,
    () => true,
  )
  site.server.after = () => {}
  Reflect.deleteProperty(site.infisical.calls, 'push')
  site.cluster.behaviour.react = answering(true)
  return ended
}

const points = Array.from({ length: 24 }, (_, at) => at + 1)

test.each(points)('making stores goes on after a kill at change %i', async at => {
  const site = await storesSite()
  await killedAfter(at, site, () => site.apply(two))
  const applied = await site.apply(two)
  expect([applied.unmet, applied.unready]).toEqual([[], []])
  expect((await site.plan(two)).equal).toBe(true)
  const names = (await site.server.identities())
    .map(({ name }) => name)
    .filter(name => /^external/.test(name))
  expect(names.toSorted()).toEqual(['external-secrets.hr-platform.dev', 'external-secrets.talent-mesh.prod'])
  expect(site.infisical.clientSecrets).toHaveLength(2)
})

test.each(points.slice(0, 4))('rotating credentials goes on after a kill at change %i', async at => {
  const site = await storesSite()
  await site.apply(two)
  const secret = 'infisical-universal-auth.talent-mesh.prod'
  await site.cluster.delete(kinds.secret, secret, 'external-secrets')
  expect(await killedAfter(at, site, () => site.apply(two))).toBe(true)
  await site.apply(two)
  expect((await site.plan(two)).equal).toBe(true)
  expect(site.infisical.clientSecrets).toHaveLength(2)
})

test.each(points.slice(0, 2))('pruning goes on after a kill at change %i', async at => {
  const site = await storesSite()
  await site.apply(two)
  await killedAfter(at, site, () => site.apply(none, ['talent-mesh', 'hr-platform']))
  await site.apply(none, ['talent-mesh', 'hr-platform'])
  expect(await site.plan(none)).toMatchObject({ equal: true, extras: [], unmet: [] })
  expect(site.infisical.clientSecrets).toEqual([])
})

test('stores are tried again where a run was killed while it tried, and its twin goes', async () => {
  const site = await storesSite()
  const { proven } = await site.apply(two)
  await site.server.createIdentity('sealift-proof-00112233aabbccdd')
  expect(await site.apply(two)).toMatchObject({ changed: [], proven })
  expect(await site.server.identities()).toHaveLength(2)
  await site.server.createIdentity('sealift-proof-00112233aabbccdd')
  await site.apply(none, ['talent-mesh', 'hr-platform'])
  expect(await site.server.identities()).toEqual([])
})
