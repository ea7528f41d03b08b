/** Installs and removals that meet on one site. */
import { beforeEach, expect, test } from 'vitest'
import { kinds, type SiteHost } from '../../../../src/kernel/ports/index.ts'
import { installedBundle, noteBegun } from '../../../../src/site/install/index.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { installOn, killed, type MemorySite, memorySite, objectsIn, removeFrom } from './memory-site.ts'

let site: MemorySite
let clock: ManualClock
/** Two people on two machines; the first stops where `pause` says until it is let go. */
let ann: SiteHost
let ben: SiteHost
const busy = { code: 'SITE_BUSY', message: 'ann@node1, process 1 is changing this site' }

beforeEach(async () => {
  site = await memorySite()
  clock = new ManualClock()
  ann = { ...site.host, clock, operator: 'ann@node1, process 1' }
  ben = { ...site.host, clock, operator: 'ben@node2, process 2' }
})

/** A call that stops until it is let go. */
function pause<T>(then: () => Promise<T>) {
  const [reached, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const call = async () => {
    reached.resolve()
    await go.promise
    return then()
  }
  return { reached: reached.promise, go: () => go.resolve(), call }
}

/** Lets time go on until somebody has tried something in vain. */
async function refused(work: Promise<unknown>): Promise<void> {
  let ended = false
  const outcome = work.finally(() => {
    ended = true
  })
  const refusal = expect(outcome).rejects.toMatchObject(busy)
  while (!ended) await clock.advance(1)
  await refusal
}

test('a second install is refused while the first is at work, and changes nothing', async () => {
  const loading = pause(() => Promise.reject(killed))
  const first = installOn({ ...ann, runtime: { ...site.runtime, import: loading.call } }, '1.0.0')
  await loading.reached
  await clock.advance(1) // what runs beside it comes to its end
  const before = objectsIn(site.cluster)
  await refused(installOn(ben, '1.1.0'))
  await refused(removeFrom(ben, '1.1.0', true))
  expect(objectsIn(site.cluster)).toEqual(before)
  loading.go()
  await expect(first).rejects.toBe(killed)
  await expect(installOn(ben, '1.1.0')).rejects.toBe(killed)
  expect(await installedBundle(site.cluster)).toMatchObject({ version: '1.1.0', begun: true })
})

test('until the last of a purge nobody else begins', async () => {
  await expect(installOn(ann, '1.0.0')).rejects.toBe(killed)
  const removing = pause(async () => {})
  const purge = removeFrom({ ...ann, runtime: { ...site.runtime, remove: removing.call } }, '1.0.0', true)
  await removing.reached
  await refused(installOn(ben, '1.1.0'))
  removing.go()
  expect((await purge).removed.slice(-2)).toEqual(['images', 'namespace sealift-system'])
  expect(await site.cluster.get(kinds.namespace, 'sealift-system')).toBeUndefined()
})

test('a removal where nothing is keeps others away as well, and leaves nothing', async () => {
  const uninstalling = pause(async () => {})
  const helm = await site.host.helmFrom(new Uint8Array())
  const removal = removeFrom(
    { ...ann, helmFrom: async () => ({ ...helm, uninstall: uninstalling.call }) },
    '1.0.0',
    false,
  )
  await uninstalling.reached
  await refused(installOn(ben, '1.1.0'))
  uninstalling.go()
  // It was made for the removal's own lease.
  expect((await removal).removed).not.toContain('namespace sealift-system')
  expect(await site.cluster.get(kinds.namespace, 'sealift-system')).toBeUndefined()
})

test('what another one has begun since the look is looked at again under the lease', async () => {
  const unpacking = pause(() => site.host.helmFrom(new Uint8Array()))
  const late = installOn({ ...ben, helmFrom: unpacking.call }, '1.0.0')
  await unpacking.reached
  await expect(installOn(ann, '1.1.0')).rejects.toBe(killed)
  unpacking.go()
  await expect(late).rejects.toMatchObject({ code: 'DOWNGRADE_REFUSED' })
})

test('while the namespace of the lease goes, an install and a purge wait for it, and say what holds it', async () => {
  await expect(installOn(ann, '1.0.0')).rejects.toBe(killed)
  await noteBegun(site.cluster, { name: 'sample', version: '1.0.0' }, 'bank-prod')
  const metadata = { name: 'sealift-system', labels: { 'app.kubernetes.io/managed-by': 'sealift' } }
  const deletionTimestamp = '2026-01-01T00:00:00Z'
  const held = { ...metadata, finalizers: ['test.sealift.dev/hold'], deletionTimestamp }
  await site.cluster.apply({ ...kinds.namespace, metadata: held })
  const stuck = {
    code: 'CLUSTER_FAILED',
    message: expect.stringContaining('Namespace sealift-system is still being deleted'),
  }
  await expect(installOn(ben, '1.0.0')).rejects.toMatchObject(stuck)
  await expect(removeFrom(ben, '1.0.0', true)).rejects.toMatchObject(stuck)
  // What held it lets go: whoever waits finds it gone, and goes on.
  await site.cluster.apply({ ...kinds.namespace, metadata })
  await expect(installOn(ben, '1.0.0')).rejects.toBe(killed)
  expect((await removeFrom(ben, '1.0.0', true)).removed.at(-1)).toBe('namespace sealift-system')
})
