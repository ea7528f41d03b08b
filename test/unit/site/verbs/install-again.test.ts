/** A rerun: what is as it should be is left alone, and what is gone comes back by itself. */
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import { type Kind, type KubernetesObject, kinds } from '../../../../src/kernel/ports/index.ts'
import type { InstallResult } from '../../../../src/site/verbs/install/index.ts'
import { installOn } from './memory-site.ts'
import { type MemoryWorld, memoryWorld } from './memory-world.ts'

let world: MemoryWorld

beforeEach(async () => {
  world = await memoryWorld()
  await install()
  world.helm.calls.length = 0
  world.infisical.calls.length = 0
})

const install = () => installOn(world.host, '1.0.0') as Promise<InstallResult>
const auditLog = 'ConfigMap sealift-system/sealift-audit-0001'
const titleOf = ({ kind, metadata: { namespace, name } }: KubernetesObject) =>
  `${kind} ${namespace ? `${namespace}/` : ''}${name}`

/** Every object's version, but of what a run may always write. */
function versions(): Map<string, unknown> {
  const free = ['Lease sealift-system/sealift', 'Secret sealift-system/sealift-journal', auditLog]
  const all = world.cluster.objects().filter(object => !free.includes(titleOf(object)))
  return new Map(all.map(object => [titleOf(object), object.metadata['resourceVersion']]))
}

/** What a rerun writes: made, changed or gone. */
async function touched(): Promise<{ steps: string[]; objects: string[] }> {
  const before = versions()
  const { steps } = await install()
  const now = versions()
  const names = new Set([...before.keys(), ...now.keys()])
  return {
    steps: steps.filter(({ skipped }) => !skipped).map(({ id }) => id),
    objects: [...names].filter(name => before.get(name) !== now.get(name)).sort(),
  }
}

/** Tells of the last run that has changed something. */
const receipt = 'ConfigMap sealift-system/sealift-receipt'

const remove = (kind: Kind, name: string, namespace?: string) => world.cluster.delete(kind, name, namespace)

test('changes nothing, and proves again', async () => {
  expect(await touched()).toEqual({ steps: ['proof'], objects: [] })
  expect(world.helm.calls).toEqual([])
})

test('of a site file with other comments changes nothing', async () => {
  const { files } = world.host
  await files.write('site.yaml', `# another comment\n${await files.readText('site.yaml')}\n# and one more\n`)
  expect(await touched()).toEqual({ steps: ['proof'], objects: [] })
})

describe('after one deletion', () => {
  test.each([
    [
      'the Service of Infisical',
      () => remove(kinds.service, 'infisical', 'demo'),
      ['release-demo'],
      ['Deployment demo/infisical', 'Secret demo/sh.helm.release.v1.demo.v2', 'Service demo/infisical'],
    ],
    [
      'ESO’s Deployment',
      () => remove(kinds.deployment, 'external-secrets', 'eso'),
      ['release-eso'],
      ['Deployment eso/external-secrets', 'Secret eso/sh.helm.release.v1.eso.v2'],
    ],
    [
      'ESO’s webhook',
      () => remove(kinds.validatingWebhook, 'secretstore-validate'),
      ['release-eso'],
      ['Secret eso/sh.helm.release.v1.eso.v2', 'ValidatingWebhookConfiguration secretstore-validate'],
    ],
    [
      'the keys',
      () => remove(kinds.secret, 'infisical-secrets', 'demo'),
      ['database'],
      ['Secret demo/infisical-secrets'],
    ],
    [
      'their copy',
      () => remove(kinds.secret, 'infisical-secrets', 'sealift-system'),
      ['database'],
      ['Secret sealift-system/infisical-secrets'],
    ],
    [
      'the store',
      () => remove(kinds.clusterSecretStore, 'infisical-store'),
      ['store'],
      ['ClusterSecretStore infisical-store'],
    ],
    [
      'a CRD',
      () => remove(kinds.crd, 'externalsecrets.external-secrets.io'),
      ['crds-eso'],
      ['CustomResourceDefinition externalsecrets.external-secrets.io'],
    ],
    [
      'ESO’s credentials',
      () => remove(kinds.secret, 'infisical-universal-auth', 'eso'),
      ['store'],
      ['Secret eso/infisical-universal-auth'],
    ],
    [
      'the receipt',
      () => remove(kinds.configMap, 'sealift-receipt', 'sealift-system'),
      [],
      ['ConfigMap sealift-system/sealift-receipt'],
    ],
    ['the journal', () => remove(kinds.secret, 'sealift-journal', 'sealift-system'), [], []],
    [
      'helm’s record',
      () => remove(kinds.secret, 'sh.helm.release.v1.eso.v1', 'eso'),
      ['release-eso'],
      ['Secret eso/sh.helm.release.v1.eso.v1'],
    ],
  ])('%s comes back, and nothing else is touched', async (_, deletion, steps, objects) => {
    await deletion()
    // What a deletion has set off is over before the rerun.
    const found = await touched()
    expect({ steps: found.steps, objects: found.objects.filter(name => !begun.includes(name)) }).toEqual({
      steps: [...steps, 'proof'],
      objects: objects.filter(name => !begun.includes(name)),
    })
    expect(await touched()).toEqual({ steps: ['proof'], objects: [] })
  })

  test('the admin’s login comes back', async () => {
    const before = world.infisical.admin
    await remove(kinds.secret, 'infisical-admin', 'sealift-system')
    expect((await touched()).objects).toEqual([receipt, 'Secret sealift-system/infisical-admin'])
    expect(world.infisical.admin).toEqual(before)
  })

  test.each(['demo', 'eso', 'sealift-system'])(
    'namespace %s comes back with all that is ours in it',
    async name => {
      const inIt = () =>
        [...versions().keys()].filter(title => title.includes(` ${name}/`) || title === `Namespace ${name}`)
      const before = inIt()
      await remove(kinds.namespace, name)
      await install()
      expect(inIt()).toEqual(expect.arrayContaining(before))
      expect(await touched()).toEqual({ steps: ['proof'], objects: [] })
    },
  )

  test('a pin, and an image, comes back', async () => {
    const [image] = await world.runtime.images()
    await world.runtime.remove([image?.name ?? ''])
    expect(await touched()).toEqual({ steps: ['images', 'proof'], objects: [receipt] })
    expect((await world.runtime.images()).every(({ pinned }) => pinned)).toBe(true)
  })
})

/** What is written while something is changed, and says the same again at the end. */
const begun = ['ConfigMap sealift-system/sealift-receipt']

test('a scaled Deployment is set back; one that is only not up yet is waited for', async () => {
  const scaled = {
    ...kinds.deployment,
    metadata: { name: 'infisical', namespace: 'demo' },
    spec: { replicas: 0 },
  }
  await world.cluster.applyAs('kubectl', scaled)
  expect((await touched()).steps).toEqual(['release-demo', 'proof'])
  const { react } = world.cluster.behaviour
  // Else it would be up at once.
  world.cluster.behaviour.react = (object, cluster) =>
    object.kind === 'Deployment' ? undefined : react(object, cluster)
  const place = { ...kinds.deployment, metadata: { name: 'infisical', namespace: 'demo' } }
  await world.cluster.applyAs('controller', {
    ...place,
    status: { observedGeneration: 1 },
  } as KubernetesObject)
  const up = { observedGeneration: 1, updatedReplicas: 1, availableReplicas: 1 }
  const comesUp = async () => {
    await sleep(50)
    await world.cluster.applyAs('controller', { ...place, status: up } as KubernetesObject)
  }
  const [{ steps }] = await Promise.all([touched(), comesUp()])
  expect(steps).toEqual(['proof'])
})

test('another environment starts Infisical’s pod anew, and only that', async () => {
  const { files } = world.host
  const text = await files.readText('site.yaml')
  await files.write('site.yaml', `${text}url: https://infisical.bank.example\n`)
  const { steps, objects } = await touched()
  expect(steps).toEqual(['database', 'release-demo', 'proof'])
  expect(objects).toContain('Deployment demo/infisical')
  expect(world.helm.calls).toEqual(['upgrade demo'])
})

test('what somebody added to the keys’ Secret stays, and is no reason to write', async () => {
  const metadata = { name: 'infisical-secrets', namespace: 'demo' }
  await world.cluster.applyAs('kubectl', { ...kinds.secret, metadata, data: { EXTRA: 'eA==' } })
  expect((await touched()).steps).toEqual(['release-demo', 'proof'])
  expect(await touched()).toEqual({ steps: ['proof'], objects: [] })
  expect((await world.cluster.get(kinds.secret, 'infisical-secrets', 'demo'))?.['data']).toMatchObject({
    EXTRA: 'eA==',
  })
})

test('a chart that writes its version with a v is not another one', async () => {
  const { status } = world.helm
  world.helm.status = async (...asked) => {
    const found = await status(...asked)
    return found && { ...found, version: `v${found.version}` }
  }
  expect(await touched()).toEqual({ steps: ['proof'], objects: [] })
})

test('a webhook configuration that was lifted is told of', async () => {
  await remove(kinds.service, 'external-secrets-webhook', 'eso')
  expect((await touched()).steps).toEqual(['namespaces', 'release-eso', 'proof'])
})
