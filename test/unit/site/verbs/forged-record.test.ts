/** Records of helm that somebody has written: an upgrade would delete what they name. */
import { beforeEach, expect, test } from 'vitest'
import { kinds, type ReleaseStatus } from '../../../../src/kernel/ports/index.ts'
import { printYaml } from '../../../../src/kernel/yaml/index.ts'
import { installOn } from './memory-site.ts'
import { type MemoryWorld, memoryWorld } from './memory-world.ts'

let world: MemoryWorld
let whole: ReleaseStatus
let forged: ReleaseStatus

beforeEach(async () => {
  world = await memoryWorld()
  await install()
  const theirs = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'theirs' },
  }
  await world.cluster.create(theirs)
  const found = await world.helm.status('eso', 'eso')
  if (found === undefined) throw new Error('eso is installed')
  whole = found
  forged = { ...whole, manifest: `${whole.manifest}---\n${printYaml(theirs)}` }
  await world.cluster.delete(kinds.secret, 'sh.helm.release.v1.eso.v1', 'eso')
})

const install = () => installOn(world.host, '1.0.0')
const record = (name: string, revision: number, status: string, data: ReleaseStatus) =>
  world.cluster.create({
    ...kinds.secret,
    metadata: { name, namespace: 'eso', labels: { owner: 'helm', name: 'eso', status } },
    data: { ...data, revision, status },
  })
const named = (revision: number) => `sh.helm.release.v1.eso.v${revision}`
const refused = (faults: readonly string[]) => ({ code: 'FOREIGN_INSTALL', faults })

test('one that is labelled as deployed, below one that failed', async () => {
  await record(named(1), 1, 'deployed', forged)
  await record(named(2), 2, 'failed', whole)
  world.helm.calls.length = 0
  await expect(install()).rejects.toMatchObject(refused(['ClusterRole theirs']))
  expect(world.helm.calls).toEqual([])
})

test('one below a revision that helm was killed in, which is forgotten', async () => {
  await record(named(1), 1, 'failed', forged)
  await record(named(2), 2, 'pending-upgrade', whole)
  world.helm.calls.length = 0
  await expect(install()).rejects.toMatchObject(refused(['ClusterRole theirs']))
  expect(world.helm.calls).toEqual([])
})

test.each(['theirs', 'sh.helm.release.v1.eso.v1x', 'sh.helm.release.v1.eso.v01'])(
  'one that helm finds by its labels, and nobody by its name: %s',
  async name => {
    await record(name, 1, 'deployed', forged)
    await record(named(2), 2, 'failed', whole)
    await expect(install()).rejects.toMatchObject(refused([`Secret ${name}`]))
  },
)

test('and an older one of helm’s own, below one that failed, is in nobody’s way', async () => {
  await record(named(1), 1, 'deployed', whole)
  await record(named(2), 2, 'failed', whole)
  await install()
})
