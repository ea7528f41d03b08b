/** A backup of the very bundle that is installed, put back over a database that its server has not brought up to it. */
import { expect, test } from 'vitest'
import { readSite } from '../../../../src/kernel/inputs/site-file.ts'
import { countsIn } from '../../../../src/kernel/objects/index.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { restoreBackup, writeBackup } from '../../../../src/site/backup/index.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { archive, archiveIdentity, upgradeOn, upgradeWorld } from './upgrade-world.ts'

/** A site of the newer bundle with a backup of it, whose database is one with fewer migrations. */
async function withOlderDatabase() {
  const world = await upgradeWorld()
  const { host, cluster, databases } = world
  await upgradeOn(host)
  const { site } = await readSite('site.yaml', host.files)
  const { path } = await writeBackup({ ...archive, site, version: '1.0.0' }, host, recordedTalk())
  await cluster.applyAs('api-server', {
    ...{ ...kinds.deployment, metadata: { name: 'infisical', namespace: 'demo' } },
    spec: { selector: { matchLabels: { app: 'infisical' } } },
  })
  const { comment = '' } = databases.get('infisical') ?? {}
  databases.set('infisical', { schema: 'older', comment })
  const name = 'infisical-68c4d88f85-fvnph'
  const { react } = cluster.behaviour
  cluster.behaviour.react = async (object, at) => {
    if (object.kind === 'Deployment' && countsIn(object['spec'])['replicas'] === 0)
      await at.delete(kinds.pod, name, 'demo')
    await react(object, at)
  }
  const pod = (ready: 'True' | 'False') =>
    cluster.apply({
      ...kinds.pod,
      metadata: { name, namespace: 'demo', labels: { app: 'infisical' } },
      status: { conditions: [{ type: 'Ready', status: ready }] },
    })
  const talk = recordedTalk()
  const restoring = () => restoreBackup({ site, path, identities: [archiveIdentity] }, host, talk)
  return { world, pod, restoring, talk }
}

test.each(['its pod is not ready', 'it was stopped'])(
  'where the server never came up (%s), it is put back',
  async how => {
    const { world, pod, restoring, talk } = await withOlderDatabase()
    if (how === 'it was stopped') await world.cluster.scale('demo', 'infisical', 0)
    else await pod('False')
    expect(await restoring()).toMatchObject({ started: true, setAside: expect.any(String) })
    expect(world.databases.get('infisical')?.schema).toBe('newer')
    expect(talk.told).toContainEqual(
      expect.stringMatching(/^warning: the database here lacks 1 migration of the backup/),
    )
  },
)

test('a server that is up has run all that it knows', async () => {
  const { world, pod, restoring } = await withOlderDatabase()
  await pod('True')
  await expect(restoring()).rejects.toMatchObject({ code: 'BACKUP_FAILED', faults: ['newer'] })
  expect(world.databases.get('infisical')?.schema).toBe('older')
})
