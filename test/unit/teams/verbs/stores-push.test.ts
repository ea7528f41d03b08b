import { beforeEach, expect, test } from 'vitest'
import { type KubernetesObject, kinds } from '../../../../src/kernel/ports/index.ts'
import type { Tenancy } from '../../../../src/kernel/tenancy-file/index.ts'
import { allButUnmet } from '../../../../src/teams/tenancy/index.ts'
import type { MemoryCluster } from '../../../support/memory-cluster.ts'
import { rejection } from '../../site/wire/memory.ts'
import { tenancyOf } from '../tenancy/tenancies.ts'
import { lines } from './helpers.ts'
import { type StoresSite, storesSite } from './stores-site.ts'

const push = {
  ...{ name: 'tls-certificate', namespace: 'talent-mesh', source: 'edge-tls' },
  data: { 'tls.crt': '/certificates/TLS_CRT', 'tls.key': '/certificates/TLS_KEY' },
}
const files = (pushSecrets: readonly object[], more = {}): Tenancy =>
  tenancyOf({
    projects: [{ slug: 'talent-mesh', environments: ['prod'] }],
    stores: {
      layout: 'store-per-environment',
      serve: [
        { project: 'talent-mesh', environment: 'prod', namespaces: ['talent-mesh'], pushSecrets, ...more },
      ],
    },
  })

/** External Secrets Operator that can do this with Infisical. */
const able =
  (capabilities: string) =>
  async ({ kind, apiVersion, metadata, status }: KubernetesObject, cluster: MemoryCluster) => {
    if (kind !== 'ClusterSecretStore' || status !== undefined) return
    const conditions = [{ type: 'Ready', status: 'True' }]
    await cluster.applyAs('eso', {
      ...{ apiVersion, kind, metadata: { name: metadata.name } },
      status: { conditions, capabilities },
    })
  }

let site: StoresSite
beforeEach(async () => {
  site = await storesSite()
  site.cluster.behaviour.react = able('ReadWrite')
  await site.cluster.apply({ ...kinds.namespace, metadata: { name: 'talent-mesh' } })
  await site.cluster.apply({
    ...kinds.crd,
    metadata: { name: 'pushsecrets.external-secrets.io' },
    spec: {
      ...{ group: 'external-secrets.io', scope: 'Namespaced', names: { kind: 'PushSecret' } },
      versions: [{ name: 'v1alpha1' }],
    },
  })
  await source({ 'tls.crt': 'certificate\n', 'tls.key': 'key\n' })
})
const source = (values: Readonly<Record<string, string | Uint8Array>>) =>
  site.cluster.applyAs('cert-manager', {
    ...kinds.secret,
    metadata: { name: push.source, namespace: push.namespace },
    data: Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    ),
  })
const live = () => site.cluster.get(kinds.pushSecret, push.name, push.namespace)
const created = 'create push-secret talent-mesh/tls-certificate: brings Secret edge-tls'

test('a PushSecret is made with its folder and rights on that alone, in one apply, once', async () => {
  const { changed, unmet, doubts } = await site.apply(files([push]))
  expect([unmet, doubts]).toEqual([[], []])
  expect(lines(changed)).toContain('create folder talent-mesh/prod/certificates')
  expect(lines(changed).at(-1)).toBe(created)
  expect((await live())?.['spec']).toEqual({
    ...{ refreshInterval: '1h', updatePolicy: 'Replace', deletionPolicy: 'None' },
    secretStoreRefs: [{ kind: 'ClusterSecretStore', name: 'talent-mesh.prod' }],
    selector: { secret: { name: 'edge-tls' } },
    data: [
      { match: { secretKey: 'tls.crt', remoteRef: { remoteKey: '/certificates/TLS_CRT' } } },
      { match: { secretKey: 'tls.key', remoteRef: { remoteKey: '/certificates/TLS_KEY' } } },
    ],
  })
  expect((await site.apply(files([push]))).changed).toEqual([])
})

test('what the store’s identity may do is said, and no deleting is in it', async () => {
  await site.apply(files([]))
  const { differences } = await site.plan(files([push]))
  expect(lines(differences)).toContain(
    'change privilege external-secrets.talent-mesh.prod in talent-mesh: prod: reads /**, pushes to /certificates',
  )
  await site.apply(files([push]))
  const [project] = await site.server.projects()
  const [machine] = await site.server.machines(project?.id ?? '')
  const [privilege] = await site.server.privileges(project?.id ?? '', machine?.identityId ?? '')
  expect(await site.server.permissions(privilege?.id ?? '')).toEqual([
    {
      subject: 'secrets',
      action: ['describeSecret', 'readValue', 'create', 'edit'],
      conditions: { environment: 'prod', secretPath: '/certificates' },
    },
    {
      ...{ subject: 'secrets', action: ['describeSecret', 'readValue'] },
      conditions: { environment: 'prod', secretPath: { $glob: '/**' } },
    },
  ])
})

test('where External Secrets Operator only reads, that is told, and the rest is done', async () => {
  site.cluster.behaviour.react = able('ReadOnly')
  const { changed, unmet } = await site.apply(files([push]))
  const [told] = unmet
  expect(told?.name).toBe('PushSecret talent-mesh/tls-certificate')
  expect(told?.why).toMatch(/only reads from Infisical \(its stores say ReadOnly\).* 2\.7 or later: install/)
  expect(allButUnmet(unmet)).toMatchObject({ code: 'TENANCY_UNMET' })
  expect(lines(changed).filter(line => /push|folder/.test(line))).toEqual([])
  expect(lines(changed)).toContain('create store talent-mesh.prod: serves talent-mesh')
})

test('before anything is changed it is told by what another store of Infisical says', async () => {
  const spec = { provider: { infisical: {} } }
  await site.cluster.applyAs('eso', {
    ...{ ...kinds.clusterSecretStore, metadata: { name: 'infisical-store' }, spec },
    status: { conditions: [{ type: 'Ready', status: 'True' }], capabilities: 'ReadOnly' },
  })
  expect((await site.plan(files([push]))).unmet).toHaveLength(1)
  await site.apply(files([push]))
  expect(site.talk.told).toEqual([
    expect.stringMatching(/^warning: PushSecret talent-mesh\/tls-certificate: .*ReadOnly/),
  ])
})

test('a cluster without PushSecrets is told how it gets them', async () => {
  await site.cluster.delete(kinds.crd, 'pushsecrets.external-secrets.io')
  const { unmet } = await site.apply(files([push]))
  expect(unmet).toMatchObject([{ why: expect.stringContaining('crds.createPushSecret') }])
})

test('in a namespace that is not there it cannot be had', async () => {
  await site.cluster.delete(kinds.namespace, 'talent-mesh')
  const { unmet } = await site.apply(files([push]))
  expect(unmet).toMatchObject([{ why: 'there is no namespace talent-mesh' }])
})

test('a PushSecret of somebody else’s is refused before anything is changed', async () => {
  const metadata = { name: push.name, namespace: push.namespace }
  await site.cluster.applyAs('kubectl', { ...kinds.pushSecret, metadata })
  const before = site.cluster.objects().length
  const error = await rejection(site.apply(files([push])))
  expect([error.code, error.faults]).toEqual(['FOREIGN_INSTALL', ['PushSecret talent-mesh/tls-certificate']])
  expect(site.cluster.objects()).toHaveLength(before)
})

test('it is changed where it differs, told while it is not ready, and goes with a prune', async () => {
  await site.apply(files([push]))
  const { differences, unready } = await site.plan(files([{ ...push, refreshInterval: '5m' }]))
  expect(lines(differences)).toEqual([created.replace('create', 'change')])
  expect(unready.map(({ name }) => name)).toEqual(['PushSecret talent-mesh/tls-certificate'])
  const loss = 'remove push-secret talent-mesh/tls-certificate: what it brought stays in Infisical'
  expect(lines((await site.plan(files([]))).extras)).toEqual([loss])
  expect(lines((await site.apply(files([]), ['talent-mesh'])).changed)).toContain(loss)
  expect(await live()).toBeUndefined()
})

test.each([
  ['geheim', false, undefined],
  ['geheim\n', false, undefined],
  ['-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n', false, undefined],
  ['', false, undefined],
  ['a\r\nb', false, undefined],
  ['geheim ', false, /blanks around it/],
  ['\tgeheim', false, /blanks around it/],
  [' geheim\n', false, /blanks around it/],
  ['geheim\n\n', false, /more than one line end/],
  ['a\r\nb\r\n', false, /ends with CR LF/],
  [`a\${X}b`, true, /\$\{…\} in it/],
  [`a\${X}b`, false, undefined],
  ['pa$$word$HOME', true, undefined],
])('of %j it is told whether it would be written anew each time', async (value, expands, said) => {
  await source({ 'tls.crt': value, 'tls.key': 'k' })
  const { doubts } = await site.plan(files([push], { expandSecretReferences: expands }))
  expect(doubts).toEqual(
    said === undefined
      ? []
      : [{ name: 'PushSecret talent-mesh/tls-certificate', why: expect.stringMatching(said) }],
  )
  if (value.trim() !== '') expect(JSON.stringify(doubts)).not.toContain(value.trim())
})

test('a Secret that is not there, a key that it has not, and bytes that are no text are told', async () => {
  await source({ 'tls.crt': new Uint8Array([0xff, 0xfe]) })
  const whys = async () => (await site.plan(files([push]))).doubts.map(({ why }) => why)
  expect(await whys()).toEqual([
    expect.stringMatching(/^key tls\.crt .*no UTF-8 text/),
    'Secret talent-mesh/edge-tls has no key tls.key',
  ])
  await site.cluster.delete(kinds.secret, push.source, push.namespace)
  expect(await whys()).toEqual(['there is no Secret talent-mesh/edge-tls yet'])
})
