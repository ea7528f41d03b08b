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

/** A definition as it was when v1 had just become the stored version; `stored` are those that objects may be in. */
async function older(storage: string, stored: readonly string[]) {
  const crd = await crdNamed('externalsecrets')
  const { name, labels = {} } = crd.metadata
  const versions = ['v1beta1', 'v1'].map(one => ({ name: one, served: true, storage: one === storage }))
  const spec = { ...(crd['spec'] as object), versions }
  await world.cluster.applyAs('sealift', { ...crd, metadata: { name, labels }, spec })
  await world.cluster.patchStatus({ ...kinds.crd, metadata: { name }, status: { storedVersions: stored } })
}

test('objects in a version that goes are stored anew before their definition is applied, and once', async () => {
  await older('v1', ['v1beta1', 'v1'])
  const secret = { ...kinds.externalSecret, metadata: { name: 'mine', namespace: 'default' } }
  await world.cluster
    .applyAs('team', { ...secret, spec: { data: [], target: { name: 'mine' } } })
    .catch(() => {})
  const order: string[] = []
  const { react } = world.cluster.behaviour
  world.cluster.behaviour.rewritten = ({ metadata }) => void order.push(`anew ${metadata.name}`)
  world.cluster.behaviour.react = (object, cluster) => {
    if (object.kind === kinds.crd.kind) order.push(`written ${object.metadata.name}`)
    return react(object, cluster)
  }
  await installOn(world.host, '1.0.0')
  const crd = 'written externalsecrets.external-secrets.io'
  // The status, then the definition.
  expect(order).toEqual(['anew mine', crd, crd])
  expect((await crdNamed('externalsecrets'))['status']).toEqual({ storedVersions: ['v1'] })
  order.length = 0
  await installOn(world.host, '1.0.0')
  expect(order).toEqual([])
})

test('where they are stored in what goes, nothing is stored anew: the API server says why it refuses', async () => {
  await older('v1beta1', ['v1beta1'])
  const anew: string[] = []
  world.cluster.behaviour.rewritten = ({ metadata }) => void anew.push(metadata.name)
  const refusal = new Error('status.storedVersions[0]: Invalid value')
  world.cluster.behaviour.admit = ({ kind }) => {
    if (kind === kinds.crd.kind) throw refusal
  }
  await expect(installOn(world.host, '1.0.0')).rejects.toBe(refusal)
  expect(anew).toEqual([])
})
