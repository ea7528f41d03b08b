import { expect, test } from 'vitest'
import { SealiftError } from '../../../../../../src/kernel/errors/index.ts'
import { type Kind, kinds } from '../../../../../../src/kernel/ports/index.ts'
import { recordedTalk } from '../../../../../support/recorded-talk.ts'
import { rollbackOn, type UpgradeWorld, upgradeOn, upgradeWorld } from '../../upgrade-world.ts'

const stored = 'secretstore.externalsecrets.io/finalizer'
const fetched = 'externalsecrets.external-secrets.io/externalsecret-cleanup'
const filled = 'externalsecrets.external-secrets.io/ces-everywhere'
const others = 'example.org/external-secrets.io'

/** A site whose operator holds stores only, and after its upgrade what it brings and the namespaces that it fills too. */
async function upgraded(): Promise<UpgradeWorld> {
  const world = await upgradeWorld()
  const hold = (kind: Kind, name: string, finalizers: string[]) =>
    world.cluster.create({ ...kind, metadata: { name, finalizers } })
  await hold(kinds.clusterSecretStore, 'early', [stored])
  await upgradeOn(world.host)
  // The operator has another revision with it.
  await world.helm.rollback({ release: 'eso', namespace: 'eso', revision: 1 }, 60)
  await hold(kinds.clusterSecretStore, 'late', [stored])
  await hold(kinds.clusterSecretStore, 'db', [others, fetched])
  await hold(kinds.namespace, 'team', [filled])
  return world
}

const finalizers = async ({ cluster }: UpgradeWorld) => {
  const found = [
    await cluster.get(kinds.clusterSecretStore, 'early'),
    await cluster.get(kinds.clusterSecretStore, 'late'),
    await cluster.get(kinds.clusterSecretStore, 'db'),
    await cluster.get(kinds.namespace, 'team'),
  ]
  return found.map(one => one?.metadata['finalizers'])
}

test('a way back takes off what only the newer operator would have let go, and nobody else’s', async () => {
  const world = await upgraded()
  const { steps } = await rollbackOn(world.host)
  expect(steps.find(({ id }) => id === 'return-finalizers')).toMatchObject({ detail: 'taken off 2 objects' })
  expect(await finalizers(world)).toEqual([[stored], [stored], [others], []])
})

test('what may not be taken off is told, and the site goes back', async () => {
  const world = await upgraded()
  const before = await finalizers(world)
  const { releaseFinalizer } = world.cluster
  world.host.cluster.releaseFinalizer = async (object, finalizer) => {
    if (object.metadata.name === 'team')
      throw new SealiftError('CLUSTER_DENIED', 'not allowed to patch namespaces')
    await releaseFinalizer(object, finalizer)
  }
  const talk = recordedTalk()
  await rollbackOn(world.host, '1.1.0', talk)
  expect(await finalizers(world)).toEqual([...before.slice(0, 2), [others], [filled]])
  expect(talk.told).toContainEqual(
    expect.stringContaining(`Namespace team keeps the finalizer ${filled}, which the older External Secrets`),
  )
})
