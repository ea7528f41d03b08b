/** What a preflight says of a bundle that would follow an older version. */
import { beforeEach, expect, test } from 'vitest'
import { type KubernetesObject, kinds } from '../../../../../src/kernel/ports/index.ts'
import { installOn } from '../memory-site.ts'
import { checkOf, lookAt, outcomes, type PreflightWorld, preflightWorld } from './preflight-site.ts'

let world: PreflightWorld
beforeEach(async () => {
  world = await preflightWorld()
})

const upgrades = (found: Record<string, string>) =>
  Object.fromEntries(Object.entries(found).filter(([id]) => id.startsWith('upgrade')))

test('where nothing older is installed, that is said in one line', async () => {
  expect(upgrades(outcomes(await lookAt(world)))).toEqual({ upgrade: 'ok' })
  await installOn(world.host, '1.0.0')
  expect(upgrades(outcomes(await lookAt(world)))).toEqual({ upgrade: 'ok' })
})

test('over an older version every rule is looked at, and nothing is written', async () => {
  await installOn(world.host, '1.0.0')
  const before = world.cluster.objects()
  const found = await lookAt(world, { version: '1.1.0' })
  expect(upgrades(outcomes(found))).toEqual({
    'upgrade/operator-step': 'ok',
    'upgrade/definitions': 'ok',
    'upgrade/release/demo': 'ok',
    'upgrade/release/eso': 'ok',
    'upgrade/applied/demo': 'ok',
    'upgrade/applied/eso': 'ok',
    'upgrade/owned-fields/demo': 'ok',
    'upgrade/owned-fields/eso': 'ok',
    // The sample's image holds no server.
    'upgrade/migrations': 'warning',
    'upgrade/database/copy': 'ok',
  })
  expect(found.ok).toBe(true)
  expect(checkOf(found, 'present/bundle')?.seen).toBe(
    'sample 1.0.0 is here: sealift upgrade takes it further, an install does not',
  )
  expect(world.cluster.objects()).toEqual(before)
})

test.each<[string, Record<string, unknown>, string, string]>([
  ['with another lock, over an older version', { 'bundle.lock.yaml': 'nothing' }, '1.1.0', 'fault'],
  ['with another lock, over the same version', { 'bundle.lock.yaml': 'nothing' }, '1.0.0', 'warning'],
  ['without a time', { at: 'yesterday' }, '1.1.0', 'fault'],
  ['without the bundle’s name', { name: null }, '1.1.0', 'fault'],
  ['without the bundle’s name, and the same bundle again', { name: null }, '1.0.0', 'fault'],
])('a receipt %s is not taken for none', async (_, change, version, result) => {
  await installOn(world.host, '1.0.0')
  const place = { name: 'sealift-receipt', namespace: 'sealift-system' }
  const receipt = await world.cluster.get(kinds.configMap, place.name, place.namespace)
  const data = Object.entries({ ...(receipt?.['data'] as object), ...change })
  await world.cluster.apply({
    ...{ ...kinds.configMap, metadata: place },
    data: Object.fromEntries(data.filter(([, value]) => value !== null)),
  })
  const found = await lookAt(world, { version: version as '1.0.0' })
  expect(checkOf(found, 'upgrade')).toMatchObject({
    result,
    seen: expect.stringContaining('sealift-receipt'),
    next: expect.stringContaining('install the bundle again'),
  })
  expect(checkOf(found, 'present/bundle')?.seen).not.toContain('nothing is installed')
})

test('over an older version, what an upgrade needs is asked for, and no more on a fresh site', async () => {
  world.looks.denies = ({ verb, resource }) => verb === '*' || resource.endsWith('/status')
  expect(checkOf(await lookAt(world), 'cluster/rights')?.result).toBe('ok')
  await installOn(world.host, '1.0.0')
  expect(checkOf(await lookAt(world, { version: '1.1.0' }), 'cluster/rights')).toMatchObject({
    result: 'fault',
    seen: expect.stringContaining('customresourcedefinitions/status'),
  })
})

test('what stands in the way is a fault, and what others own a warning', async () => {
  await installOn(world.host, '1.0.0')
  const name = 'externalsecrets.external-secrets.io'
  const crd = await world.cluster.get(kinds.crd, name)
  const { names, group, scope } = (crd?.['spec'] ?? {}) as Record<string, unknown>
  const versions = [{ name: 'v1beta1', served: true, storage: true }]
  const older = { ...kinds.crd, metadata: { name }, spec: { names, group, scope, versions } }
  await world.cluster.applyAs('sealift', older as KubernetesObject)
  await world.cluster.patchStatus({ ...older, status: { storedVersions: ['v1beta1'] } } as KubernetesObject)
  const service = { ...kinds.service, metadata: { name: 'infisical', namespace: 'demo' } }
  const owned = {
    manager: 'kubectl-edit',
    operation: 'Update',
    fieldsV1: { 'f:spec': { 'f:ports': {} } },
  }
  await world.cluster.applyAs('kubectl', {
    ...service,
    metadata: { ...service.metadata, managedFields: [owned] },
    spec: { ports: [{ port: 80 }] },
  })
  const found = await lookAt(world, { version: '1.1.0' })
  expect(outcomes(found)).toMatchObject({
    [`upgrade/stored-versions/${name}`]: 'fault',
    [`upgrade/served-versions/${name}`]: 'warning',
    'upgrade/owned-fields/Service/infisical': 'warning',
  })
  expect(checkOf(found, 'upgrade/owned-fields/Service/infisical')?.seen).toBe(
    'Service demo/infisical: the upgrade takes back what others have set: spec.ports (kubectl-edit)',
  )
  expect(found.ok).toBe(false)
})
