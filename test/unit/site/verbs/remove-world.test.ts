/** What a removal does on a site that is installed to its end. */
import { beforeEach, describe, expect, test } from 'vitest'
import { managed } from '../../../../src/kernel/access/index.ts'
import { type Kind, type KubernetesObject, kinds } from '../../../../src/kernel/ports/index.ts'
import { printYaml } from '../../../../src/kernel/yaml/index.ts'
import { toolsPod } from '../../../../src/site/backup/tools-pod.ts'
import { secretObject } from '../../../../src/site/wire/secrets.ts'
import { installOn, removeFrom } from './memory-site.ts'
import { type MemoryWorld, memoryWorld } from './memory-world.ts'

let world: MemoryWorld

beforeEach(async () => {
  world = await memoryWorld()
  await installOn(world.host, '1.0.0')
})

const remove = (purge = false) => removeFrom(world.host, '1.0.0', purge)
const there = async (kind: Kind, name: string) => (await world.cluster.get(kind, name)) !== undefined
const clusterRole = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' }
const secrets = 'client secrets of ESO’s machine identities in Infisical'

test('revokes what ESO logs in with, and says what stays', async () => {
  expect(world.infisical.clientSecrets.length).toBe(1)
  const { removed, kept } = await remove()
  expect(world.infisical.clientSecrets.length).toBe(0)
  expect(removed).toContain(secrets)
  expect(kept).toEqual([
    'database infisical',
    "Infisical's keys in Dragonfly's database 0",
    'keys (Secrets demo/infisical-secrets and sealift-system/infisical-secrets)',
    'what was installed last (ConfigMap sealift-system/sealift-receipt)',
    "the admin's login (Secrets sealift-system/infisical-admin and demo/infisical-admin)",
    'namespaces demo, eso, sealift-system',
    'CRDs of External Secrets Operator, and the images',
  ])
})

test('lists what it has found, and nothing when it is run again', async () => {
  const { removed, kept } = await remove()
  expect(removed).toEqual(expect.arrayContaining(['release eso', 'release demo', 'the journal']))
  expect(await remove()).toEqual({ removed: [], kept })
})

test('lists the one Secret that is left of two, and no CRDs or images that are gone', async () => {
  const { cluster } = world
  await remove()
  await cluster.delete(kinds.secret, 'infisical-secrets', 'demo')
  await cluster.delete(kinds.secret, 'infisical-admin', 'sealift-system')
  for (const { metadata } of await cluster.list(kinds.crd)) await cluster.delete(kinds.crd, metadata.name)
  const { kept } = await remove()
  expect(kept.slice(2)).toEqual([
    'keys (Secret sealift-system/infisical-secrets)',
    'what was installed last (ConfigMap sealift-system/sealift-receipt)',
    "the admin's login (Secret demo/infisical-admin)",
    'namespaces demo, eso, sealift-system',
    'the images',
  ])
})

test.each([false, true])('finds nothing where nothing was ever installed, purged: %s', async purge => {
  const { cluster, host } = await memoryWorld()
  const before = cluster.objects().map(({ kind, metadata }) => `${kind} ${metadata.name}`)
  const { removed, kept } = await removeFrom(host, '1.0.0', purge)
  expect([removed, kept]).toEqual([[], purge ? ['the database: the site brought it (database.uri)'] : []])
  expect(cluster.objects().map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(before)
})

test('ends a pod for PostgreSQL’s tools that a killed backup has left, where the site file names their image', async () => {
  const { cluster, host } = world
  const image = 'docker.io/library/postgres:17.5'
  await cluster.create(toolsPod('database-tools-1', { image, namespace: 'demo', pulled: false }))
  const pods = async () => (await cluster.list(kinds.pod, 'sealift-system')).length
  const text = await host.files.readText('site.yaml')
  await host.files.write(
    'site.yaml',
    Buffer.from(text.replace('database:\n', `database:\n  tools: ${image}\n`)),
  )
  await remove()
  expect(await pods()).toBe(0)
})

test('takes the right of ESO’s account that its stores have logged in by, and nobody else’s', async () => {
  const name = 'sealift-external-secrets-token-reviews'
  const roleRef = { kind: 'ClusterRole', name: 'system:auth-delegator' }
  await world.cluster.apply({ ...kinds.clusterRoleBinding, metadata: { name, labels: managed }, roleRef })
  expect((await remove()).removed).toContain(`ClusterRoleBinding ${name}`)
  expect(await there(kinds.clusterRoleBinding, name)).toBe(false)
  await world.cluster.create({ ...kinds.clusterRoleBinding, metadata: { name }, roleRef })
  expect((await remove()).removed).not.toContain(`ClusterRoleBinding ${name}`)
  expect(await there(kinds.clusterRoleBinding, name)).toBe(true)
})

test('takes the policy that kept teams from that login, and nobody else’s', async () => {
  const name = 'sealift-external-secrets-own-token'
  for (const kind of [kinds.validatingPolicy, kinds.validatingPolicyBinding]) {
    await world.cluster.apply({ ...kind, metadata: { name, labels: managed } })
    expect((await remove()).removed).toContain(`${kind.kind} ${name}`)
    expect(await there(kind, name)).toBe(false)
    await world.cluster.create({ ...kind, metadata: { name } })
    expect((await remove()).removed).not.toContain(`${kind.kind} ${name}`)
    expect(await there(kind, name)).toBe(true)
  }
})

test('says that nothing was revoked where Infisical does not answer', async () => {
  world.cluster.behaviour.services = {}
  const { removed, kept } = await remove()
  expect(removed).not.toContain(secrets)
  expect(kept).toContain(`${secrets}, not revoked: no pod behind service demo/infisical is ready`)
})

test('says that nothing was revoked where the admin’s login is gone', async () => {
  for (const place of ['sealift-system', 'demo'])
    await world.cluster.delete(kinds.secret, 'infisical-admin', place)
  const { kept } = await remove()
  expect(kept).toContainEqual(
    expect.stringContaining(`${secrets}, not revoked: there is no Secret sealift-system/infisical-admin`),
  )
})

test.each(['sealift-system', 'demo'])(
  'revokes with the one of the admin’s logins that is not in %s',
  async place => {
    await world.cluster.delete(kinds.secret, 'infisical-admin', place)
    await remove()
    expect(world.infisical.clientSecrets).toEqual([])
  },
)

test('revokes with the copy where somebody has spoilt the admin’s login', async () => {
  const values = { email: 'admin@site.local', password: 'spoilt' }
  await world.cluster.apply(secretObject('sealift-system', 'infisical-admin', values))
  await remove()
  expect(world.infisical.clientSecrets).toEqual([])
})

describe('a purge revokes where the database stays', () => {
  /** Lets the site be one whose database Sealift makes, with keys that were made for a database somewhere. */
  async function madeAt(uri: string) {
    const { files } = world.host
    const text = await files.readText('site.yaml')
    const admin = 'admin: { namespace: default, name: admin }'
    await files.write('site.yaml', text.replace(/uri: \{ namespace.*/, admin))
    await world.cluster.apply(secretObject('default', 'admin', { username: 'postgres', password: 'word' }))
    for (const namespace of ['demo', 'sealift-system']) {
      const found = await world.cluster.get(kinds.secret, 'infisical-secrets', namespace)
      if (found === undefined) throw new Error('the site has keys')
      const data = { ...(found['data'] as object), DB_CONNECTION_URI: Buffer.from(uri).toString('base64') }
      await world.cluster.applyAs('kubectl', {
        ...kinds.secret,
        metadata: { name: 'infisical-secrets', namespace },
        data,
      })
    }
    const { services } = world.cluster.behaviour
    const postgres = { 'databases/postgres-cluster-rw:5432': { host: '127.0.0.1', port: 1 } }
    world.cluster.behaviour.services = { ...services, ...postgres }
    world.infisical.calls.length = 0
    const { kept } = await remove(true)
    return { kept: kept.filter(one => one.startsWith('database')), calls: world.infisical.calls }
  }

  const host = 'postgres-cluster-rw.databases.svc'

  test.each([
    ['on another server', 'old.example:5432/infisical', `another server than ${host}`],
    ['of another site', `${host}:5432/other`, 'another one'],
  ])('%s', async (_, place, why) => {
    const { kept, calls } = await madeAt(`postgresql://infisical:word@${place}`)
    expect(kept).toEqual([expect.stringContaining(`this site's keys were made for ${why}`)])
    expect(calls).toEqual([expect.stringContaining('revokeClientSecret')])
  })

  test('and not where it goes with all that is in it', async () => {
    const { kept, calls } = await madeAt(`postgresql://infisical:word@${host}:5432/infisical`)
    expect([kept, calls]).toEqual([[], []])
  })
})

test('and an install after it find ESO’s way to Infisical again', async () => {
  await remove()
  await installOn(world.host, '1.0.0')
  expect(world.infisical.clientSecrets.length).toBe(1)
})

test('comes to its end where ESO’s namespace was deleted: its webhook holds nothing up, and nothing of it stays', async () => {
  await world.cluster.delete(kinds.namespace, 'eso')
  const { delete: real } = world.cluster
  const webhook = () => there(kinds.validatingWebhook, 'secretstore-validate')
  world.cluster.delete = async (kind, ...rest) => {
    if (kind.kind === 'ClusterSecretStore' && (await webhook()))
      throw new Error('failed calling webhook "validate": service "external-secrets-webhook" not found')
    return real(kind, ...rest)
  }
  await remove()
  expect(await webhook()).toBe(false)
  expect(await there(kinds.clusterSecretStore, 'infisical-store')).toBe(false)
})

test('takes what a release has outside of its namespace, though helm’s record went with that', async () => {
  await world.cluster.applyAs('helm', { ...clusterRole, metadata: { name: 'theirs' } })
  await world.cluster.delete(kinds.namespace, 'eso')
  await remove()
  expect(await there(clusterRole, 'external-secrets')).toBe(false)
  expect(await there(clusterRole, 'theirs')).toBe(true)
})

test('takes what only an upgrade has made, where helm’s record is gone', async () => {
  const upgraded = { ...clusterRole, metadata: { name: 'upgraded' } }
  const annotations = { 'meta.helm.sh/release-name': 'eso', 'meta.helm.sh/release-namespace': 'eso' }
  await world.cluster.applyAs('helm', { ...clusterRole, metadata: { name: 'upgraded', annotations } })
  await world.cluster.delete(kinds.secret, 'sh.helm.release.v1.eso.v1', 'eso')
  const { template } = world.helm
  world.helm.template = async (release, target) =>
    `${await template(release, target)}${target.upgrade && release.release === 'eso' ? `---\n${printYaml(upgraded)}` : ''}`
  await remove()
  expect(await there(clusterRole, 'upgraded')).toBe(false)
})

test('takes Infisical’s pods under the names that the site gave them, where helm’s record is gone', async () => {
  await world.cluster.delete(kinds.secret, 'sh.helm.release.v1.demo.v1', 'demo')
  await remove()
  expect(await world.cluster.list(kinds.deployment, 'demo')).toEqual([])
  expect(await world.cluster.list(kinds.service, 'demo')).toEqual([])
})

test('and leaves a CRD that bears the release’s name, and what helm was told to keep', async () => {
  const own = { 'meta.helm.sh/release-name': 'eso', 'meta.helm.sh/release-namespace': 'eso' }
  const mark = (object: KubernetesObject, annotations: Record<string, string>) =>
    world.cluster.applyAs('kubectl', { ...object, metadata: { ...object.metadata, annotations } })
  const crds = await world.cluster.list(kinds.crd)
  expect(crds.length).toBeGreaterThan(0)
  for (const { metadata } of crds) await mark({ ...kinds.crd, metadata: { name: metadata.name } }, own)
  const role = { ...clusterRole, metadata: { name: 'external-secrets' } }
  await mark(role, { ...own, 'helm.sh/resource-policy': 'keep' })
  await world.cluster.delete(kinds.namespace, 'eso')
  await remove()
  expect((await world.cluster.list(kinds.crd)).length).toBe(crds.length)
  expect(await there(clusterRole, 'external-secrets')).toBe(true)
})

test('takes nothing where helm’s record names what is not of the release: who writes Secrets there has no such rights', async () => {
  const theirs = { ...clusterRole, metadata: { name: 'theirs' } }
  await world.cluster.create(theirs)
  const at = ['sh.helm.release.v1.eso.v1', 'eso'] as const
  const record = await world.cluster.get(kinds.secret, ...at)
  const { manifest = '', ...data } = (record?.['data'] ?? {}) as Record<string, string>
  const forged = `${manifest}---\n${printYaml(theirs)}`
  await world.cluster.delete(kinds.secret, ...at)
  const { name, namespace, labels } = record?.metadata ?? { name: '' }
  const metadata = { name, ...(namespace ? { namespace } : {}), ...(labels ? { labels } : {}) }
  await world.cluster.create({ ...kinds.secret, metadata, data: { ...data, manifest: forged } })
  await expect(remove()).rejects.toMatchObject({ code: 'FOREIGN_INSTALL', faults: ['ClusterRole theirs'] })
  expect(await there(clusterRole, 'theirs')).toBe(true)
  expect(await there(clusterRole, 'external-secrets')).toBe(true)
})
