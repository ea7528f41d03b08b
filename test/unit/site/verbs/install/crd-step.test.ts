import { beforeEach, expect, test } from 'vitest'
import { type KubernetesObject, kinds } from '../../../../../src/kernel/ports/index.ts'
import { installedBundle } from '../../../../../src/site/install/index.ts'
import { installOn } from '../memory-site.ts'
import { type MemoryWorld, memoryWorld } from '../memory-world.ts'

const killed = new Error('killed at the first CRD')
let world: MemoryWorld

beforeEach(async () => {
  world = await memoryWorld()
  await installOn(world.host, '1.0.0')
})

const crdNamed = async (name: string) => {
  const found = await world.cluster.get(kinds.crd, `${name}.external-secrets.io`)
  if (found === undefined) throw new Error(`there is no CRD ${name}`)
  return found
}

/** Lets the run end where it would write a CRD. */
function killAtCrds() {
  const { react } = world.cluster.behaviour
  world.cluster.behaviour.react = (object, cluster) => {
    if (object.kind === kinds.crd.kind) throw killed
    return react(object, cluster)
  }
}

test.each<[string, (crd: KubernetesObject) => Promise<unknown>]>([
  ['is not there', crd => world.cluster.delete(kinds.crd, crd.metadata.name)],
  [
    'is another one',
    crd => {
      const { name, labels = {} } = crd.metadata
      const spec = { ...(crd['spec'] as object), versions: [{ name: 'v1beta1', served: true }] }
      return world.cluster.applyAs('sealift', { ...crd, metadata: { name, labels }, spec })
    },
  ],
])('a bundle that is killed at a CRD that %s has begun: an older one is refused', async (_, change) => {
  await change(await crdNamed('externalsecrets'))
  killAtCrds()
  await expect(installOn(world.host, '1.1.0', { upgrade: true })).rejects.toBe(killed)
  expect(await installedBundle(world.cluster)).toMatchObject({ version: '1.1.0', begun: true })
  await expect(installOn(world.host, '1.0.0')).rejects.toMatchObject({ code: 'DOWNGRADE_REFUSED' })
})

test('one whose CRDs are there, and all else too, has not begun by that', async () => {
  const infisical = () => {
    throw killed
  }
  await expect(installOn({ ...world.host, infisical }, '1.1.0', { upgrade: true })).rejects.toBe(killed)
  expect(await installedBundle(world.cluster)).toMatchObject({ version: '1.0.0' })
})
