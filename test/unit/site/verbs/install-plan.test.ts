/** What an install would change, said before it: and then it changes that, and nothing else. */
import { beforeEach, describe, expect, test } from 'vitest'
import { planText } from '../../../../src/cli/plan-text.ts'
import type { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { readSite } from '../../../../src/kernel/inputs/site-file.ts'
import { type KubernetesObject, kinds } from '../../../../src/kernel/ports/index.ts'
import { install, planFault, readPlan } from '../../../../src/site/verbs/install/index.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { installOn, objectsIn, planOn } from './memory-site.ts'
import { type MemoryWorld, memoryWorld } from './memory-world.ts'

let world: MemoryWorld

beforeEach(async () => {
  world = await memoryWorld()
  const { open } = world.host.database
  // Infisical makes its tables when it starts.
  const opened: typeof open = async login => {
    const session = await open(login)
    const tables = { infisical: world.infisical.admin !== undefined }
    return {
      ...session,
      query: async (...asked) => (await session.query(...asked)).map(row => ({ ...row, ...tables })),
    }
  }
  world = { ...world, host: { ...world.host, database: { ...world.host.database, open: opened } } }
})

const allow = { unsigned: true, downgrade: false, upgrade: false, anySite: false, takeOver: false }

const plan = (output?: string) => planOn(world.host, output)

async function installAsPlanned(file: string) {
  const site = await readSite('site.yaml', world.host.files)
  const planned = await readPlan(file, world.host.files)
  const request = { bundle: '1.0.0.tar', site, journal: 'journal', allow, plan: planned }
  return await install(request, world.host, recordedTalk())
}

const titleOf = ({ kind, namespace, name }: { kind: string; namespace?: string | undefined; name: string }) =>
  `${kind} ${namespace ? `${namespace}/` : ''}${name}`
const titles = (objects: readonly KubernetesObject[]) =>
  objects.map(({ kind, metadata }) => titleOf({ kind, ...metadata }))

/** Everything that a write would show up in. */
async function everything() {
  return JSON.stringify([world.cluster.objects(), await world.runtime.images(), world.infisical.secrets])
}

describe('before the first install', () => {
  test('all that the install then makes is said, and nothing is written', async () => {
    const before = await everything()
    const found = await plan()
    expect(await everything()).toBe(before)
    expect(world.helm.calls).toEqual([])
    expect(world.infisical.calls).toEqual([])
    expect(found).toMatchObject({ equal: false, refused: [], unknown: [] })

    const there = titles(world.cluster.objects())
    await installOn(world.host, '1.0.0')
    const made = titles(world.cluster.objects()).filter(title => !there.includes(title))
    const own =
      /sealift-(receipt|journal|keys|audit)|^Lease |sh\.helm\.release|^ServiceAccount [\w-]+\/default$/
    const planned = found.objects.filter(({ change }) => change === 'create').map(titleOf)
    expect(planned.sort()).toEqual(made.filter(title => !own.test(title)).sort())
  })

  test('images, tables, and what is done at Infisical are said', async () => {
    const { nodes, database, infisical, releases } = await plan()
    expect(nodes).toMatchObject([{ node: 'this node', images: [{ change: 'create' }, { change: 'create' }] }])
    expect(database.map(({ kind }) => kind)).toContain('tables')
    expect(releases.map(({ change, name }) => `${change} ${name}`)).toEqual(['create demo', 'create eso'])
    expect(infisical.map(({ change, kind, name }) => `${change} ${kind} ${name}`)).toEqual([
      'create organization openova',
      'create admin admin@site.local',
      'create project platform-shared',
      'create folder /sealift-probe',
      'create identity external-secrets',
      'create rights no-access',
      'create rights sealift-probe-read',
      'create client secret external-secrets',
    ])
  })

  test('no value of a Secret is in it, but the names of its keys', async () => {
    await plan('plan.yaml')
    const text = await world.host.files.readText('plan.yaml')
    expect(text).toContain('data.ENCRYPTION_KEY')
    expect(text).not.toContain('word@pg.bank.example')
    expect(text).not.toContain(Buffer.from('postgresql://').toString('base64').slice(0, 12))
    await installOn(world.host, '1.0.0')
    const secrets = world.cluster.objects().filter(({ kind }) => kind === 'Secret')
    await plan('plan.yaml')
    const again = await world.host.files.readText('plan.yaml')
    for (const { data } of secrets)
      for (const value of Object.values((data ?? {}) as Record<string, unknown>)) {
        if (typeof value !== 'string' || value.length < 12) continue
        expect(again).not.toContain(value)
        expect(again).not.toContain(Buffer.from(value, 'base64').toString())
      }
  })
})

describe('after an install', () => {
  beforeEach(async () => void (await installOn(world.host, '1.0.0')))

  test('there is nothing to change', async () => {
    const before = objectsIn(world.cluster)
    world.infisical.calls.length = 0
    expect(await plan()).toMatchObject({
      ...{ equal: true, releases: [], database: [], infisical: [], files: [], unknown: [], refused: [] },
      nodes: [{ images: [] }],
    })
    expect(objectsIn(world.cluster)).toEqual(before)
    expect(world.infisical.calls).toEqual(['loginIdentity'])
  })

  test('what somebody has changed is said, field by field', async () => {
    const place = { ...kinds.deployment, metadata: { name: 'infisical', namespace: 'demo' } }
    await world.cluster.applyAs('kubectl', { ...place, spec: { replicas: 0 } })
    const { objects, releases } = await plan()
    expect(releases).toMatchObject([{ change: 'change', name: 'demo' }])
    expect(objects.filter(({ change }) => change !== 'stays')).toMatchObject([
      {
        ...{ change: 'change', kind: 'Deployment', name: 'infisical', step: 'release-demo', more: 0 },
        fields: [{ path: 'spec.replicas', before: '0', after: '1' }],
      },
    ])
  })

  test('of a Secret it is said which keys change, and of the pod that its environment does', async () => {
    const text = await world.host.files.readText('site.yaml')
    await world.host.files.write('site.yaml', `${text}url: https://infisical.bank.example\n`)
    const { objects } = await plan()
    const changed = objects.filter(({ change }) => change !== 'stays')
    expect(changed.map(titleOf).sort()).toEqual([
      'Deployment demo/infisical',
      'Secret demo/infisical-secrets',
      'Secret sealift-system/infisical-secrets',
    ])
    const secret = changed.find(({ namespace, kind }) => namespace === 'demo' && kind === 'Secret')
    expect(secret?.fields).toEqual([{ path: 'data.SITE_URL', kind: 'changed' }])
    const deployment = changed.find(({ kind }) => kind === 'Deployment')
    expect(deployment?.fields).toMatchObject([{ after: '"another mark of the environment"' }])
  })

  test.each([
    ['a Service', () => world.cluster.delete(kinds.service, 'infisical', 'demo'), 'Service demo/infisical'],
    [
      'the keys',
      () => world.cluster.delete(kinds.secret, 'infisical-secrets', 'demo'),
      'Secret demo/infisical-secrets',
    ],
    [
      'the store',
      () => world.cluster.delete(kinds.clusterSecretStore, 'infisical-store'),
      'ClusterSecretStore infisical-store',
    ],
    ['a namespace', () => world.cluster.delete(kinds.namespace, 'eso'), 'Namespace eso'],
  ])('%s that is gone would come back', async (_, remove, title) => {
    await remove()
    const { objects } = await plan()
    expect(objects.filter(({ change }) => change === 'create').map(titleOf)).toContain(title)
  })

  test('an image that is gone would be loaded, one without a pin be pinned', async () => {
    const [image] = await world.runtime.images()
    await world.runtime.remove([image?.name ?? ''])
    expect((await plan()).nodes).toMatchObject([{ images: [{ change: 'create', name: image?.name }] }])
  })
})

describe('install --plan', () => {
  test('goes on where nothing has moved', async () => {
    await plan('plan.yaml')
    const { steps } = await installAsPlanned('plan.yaml')
    expect(steps.at(-1)?.id).toBe('escrow')
    await plan('again.yaml')
    expect((await installAsPlanned('again.yaml')).steps.filter(({ skipped }) => !skipped)).toMatchObject([
      { id: 'proof' },
    ])
  })

  test.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'the site file',
      async () => {
        const text = await world.host.files.readText('site.yaml')
        await world.host.files.write('site.yaml', `${text}url: https://infisical.bank.example\n`)
      },
      /the site file of bank-prod says something else/,
    ],
    [
      'the bundle',
      () => planOn(world.host, 'plan.yaml', '1.1.0'),
      /the bundle is sample 1\.0\.0 .*the plan is of sample 1\.1\.0/,
    ],
    [
      'Kubernetes',
      async () => {
        world.cluster.behaviour.version = 'v1.36.0'
      },
      /Kubernetes was v1\.35\.4, and is v1\.36\.0/,
    ],
    [
      'a namespace',
      () => world.cluster.apply({ ...kinds.namespace, metadata: { name: 'demo' } }),
      /Namespace demo was to be made, and now would be changed/,
    ],
  ])('ends where %s has moved, names it, and writes nothing', async (_, move, words) => {
    await plan('plan.yaml')
    await move()
    const before = await everything()
    const error = await installAsPlanned('plan.yaml').catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'PLAN_STALE', exitCode: 64 })
    expect((error as SealiftError).hints.at(-1)).toContain('without --plan goes on')
    expect((error as SealiftError).faults.join('\n')).toMatch(words)
    expect(await everything()).toBe(before)
  })

  test.each<[string, () => Promise<unknown>, string]>([
    [
      'an image',
      async () => world.runtime.remove(['docker.io/infisical/infisical:v0.165.8']),
      'image docker.io/infisical/infisical:v0.165.8 on this node: nothing was to be done, and now something would be',
    ],
    [
      'a Deployment',
      async () => {
        const place = { ...kinds.deployment, metadata: { name: 'infisical', namespace: 'demo' } }
        await world.cluster.applyAs('kubectl', { ...place, spec: { replicas: 0 } })
      },
      'Deployment demo/infisical was to stay, and now would be changed',
    ],
    [
      'a Secret',
      () => world.cluster.delete(kinds.secret, 'infisical-universal-auth', 'eso'),
      'Secret eso/infisical-universal-auth: nothing was to be done, and now something would be',
    ],
  ])('ends where %s has moved on a site that is installed', async (_, move, words) => {
    await installOn(world.host, '1.0.0')
    await plan('plan.yaml')
    await move()
    const error = await installAsPlanned('plan.yaml').catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'PLAN_STALE' })
    expect((error as SealiftError).faults).toContain(words)
  })

  test('what moves by itself is no matter: status, leases, versions without a change, what is nobody’s', async () => {
    await installOn(world.host, '1.0.0')
    await plan('plan.yaml')
    const place = { name: 'infisical', namespace: 'demo' }
    const apply = (object: object) => world.cluster.applyAs('controller', object as KubernetesObject)
    await apply({ ...kinds.deployment, metadata: place, status: { readyReplicas: 1 } })
    await apply({ ...kinds.lease, metadata: { name: 'other', namespace: 'demo' } })
    await apply({ ...kinds.configMap, metadata: { name: 'theirs', namespace: 'demo' }, data: { a: 'b' } })
    await expect(installAsPlanned('plan.yaml')).resolves.toMatchObject({ site: 'bank-prod' })
  })
})

describe('over an older version', () => {
  beforeEach(async () => {
    await installOn(world.host, '1.0.0')
  })

  test('it says what is to be expected of the upgrade, and nothing where there is none', async () => {
    expect((await plan()).upgrade).toBeUndefined()
    const place = { ...kinds.service, metadata: { name: 'infisical', namespace: 'demo' } }
    const managedFields = [
      { manager: 'kubectl-edit', operation: 'Update', fieldsV1: { 'f:spec': { 'f:ports': {} } } },
    ]
    await world.cluster.applyAs('kubectl', {
      ...place,
      metadata: { ...place.metadata, managedFields },
      spec: { ports: [{ port: 80 }] },
    })
    const before = objectsIn(world.cluster)
    const found = await planOn(world.host, 'upgrade.yaml', '1.1.0')
    expect(found.upgrade).toEqual({
      ...{ from: '1.0.0', unfit: [], migrations: [] },
      downtime: {
        seconds: expect.any(Number),
        from: expect.arrayContaining([expect.stringMatching(/s for the new server, as 1\.0\.0 took at /)]),
      },
      expect: [
        expect.stringMatching(/^kubernetes: v1.35.4 is another minor/),
        'owned-fields/Service/infisical: Service demo/infisical: the upgrade takes back what others have set: spec.ports (kubectl-edit)',
        expect.stringMatching(/^migrations: which migrations will run is not known/),
        expect.stringMatching(/^archive-tools: PostgreSQL at .* is no pod .* an upgrade wants --no-backup$/),
      ],
    })
    expect(planFault(found, false)).toBeUndefined()
    expect(planFault(found, true)).toMatchObject({ hints: ['sealift upgrade makes it so'] })
    expect(planText(found)).toContain('for the change ticket: sealift upgrade holds to no plan')
    expect(planText(found)).toContain('To be expected of the upgrade from 1.0.0:\n  kubernetes: ')
    expect(planText(found)).toMatch(
      /Downtime to expect, about \d+ s at most:\n {2}up to 30 s for its pods to end\n/,
    )
    expect(objectsIn(world.cluster)).toEqual(before)
    expect((await readPlan('upgrade.yaml', world.host.files)).upgrade).toEqual(found.upgrade)
  })

  test('what forbids the upgrade ends the plan with 67', async () => {
    await world.cluster.delete(kinds.secret, 'sh.helm.release.v1.eso.v1', 'eso')
    const found = await planOn(world.host, undefined, '1.1.0')
    const unfit = [expect.stringMatching(/^release\/eso: .*nothing to go back to/)]
    expect(found.upgrade).toMatchObject({ unfit })
    expect(planFault(found, false)).toMatchObject({ code: 'UPGRADE_UNFIT', exitCode: 67, faults: unfit })
    expect(planText(found)).toContain('Forbids an upgrade from 1.0.0:')
  })
})
