/** What `check` asks of a site, what it says of each thing, and that it leaves nothing behind. */
import { beforeEach, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { parseSite } from '../../../../src/kernel/inputs/index.ts'
import { type Cluster, kinds, type SiteHost } from '../../../../src/kernel/ports/index.ts'
import { readReceipt, writeReceipt } from '../../../../src/site/install/index.ts'
import { check, checkFault } from '../../../../src/site/verbs/check/index.ts'
import { recordingReporter } from '../../../support/recording-reporter.ts'
import { smallSite } from '../wire/sites.ts'
import { type CheckSite, checkSite } from './check-site.ts'

let site: CheckSite
beforeEach(async () => {
  site = await checkSite()
})

const postgres = 'postgresql/postgres-cluster-rw.databases.svc'
const dragonfly = 'dragonfly/dragonfly.databases.svc'
const untried = (...ids: string[]) => `not tried, because of ${ids.join(', ')}`

/** The host with parts of its cluster replaced. */
const withCluster = (changed: Partial<Cluster>): SiteHost => ({
  ...site.host,
  cluster: { ...site.cluster, ...changed },
})

test('a site that works is asked everything, and is left as it was', async () => {
  const before = site.left()
  const result = await site.run()
  expect(checkFault(result)).toBeUndefined()
  expect(result.verdicts.map(({ id, ok, message }) => [id, ok, message])).toEqual([
    ['deployment/infisical/infisical', true, '1 of 1 pod available'],
    ['deployment/external-secrets/external-secrets', true, '1 of 1 pod available'],
    [
      postgres,
      true,
      'PostgreSQL 16.4: infisical logs in, 412 tables in infisical; 87 of 100 connections are free or its own',
    ],
    [dragonfly, true, 'Redis 7.4.0 answers: 31 keys, unknown eviction policy'],
    ['infisical/api', true, 'answers, and is set up'],
    ['infisical/admin', true, 'logs in with the password that Sealift keeps'],
    ['eso/login', true, 'Infisical takes Secret external-secrets/infisical-universal-auth'],
    ['store/infisical-store', true, 'ready'],
    ['webhook/secretstore-validate', true, 'its Service has a ready endpoint'],
    ['eso/sync', true, 'a secret arrived after 0 ms, and was taken away'],
    ['lease/sealift', true, 'nobody is changing this site'],
    ['keys/escrow', true, expect.stringMatching(/^the keys \([0-9a-f-]{19}\) are in no escrow: if this/)],
    ['infisical/variables', true, 'the pods have started with what their Secret holds'],
  ])
  expect(site.left()).toEqual(before)
  expect(site.infisical.calls).toEqual([
    'loginIdentity',
    expect.stringMatching(/^putSecret SEALIFT_CHECK_[0-9A-F]{8}$/),
    expect.stringMatching(/^deleteSecret SEALIFT_CHECK_[0-9A-F]{8}$/),
  ])
})

test('a Deployment of a release that was scaled to 0 is told; one of somebody else is theirs', async () => {
  const scaled = (name: string, release: string) => ({
    ...kinds.deployment,
    metadata: {
      name,
      namespace: 'external-secrets',
      annotations: {
        'meta.helm.sh/release-name': release,
        'meta.helm.sh/release-namespace': 'external-secrets',
      },
    },
    spec: { replicas: 0 },
  })
  await site.cluster.apply(scaled('cert-controller', 'external-secrets'))
  await site.cluster.apply(scaled('theirs', 'another'))
  expect(await site.bad()).toMatchObject({
    'deployment/external-secrets/cert-controller': 'is scaled to 0: none of its pods runs',
    'eso/sync': untried('deployment/external-secrets/cert-controller'),
  })
  const receipt = await readReceipt(site.cluster)
  const none = {
    ...{ chart: 'external-secrets', object: 'Deployment/cert-controller', container: 'main', init: false },
    ...{ replicas: 0, memory: 0, cpu: 0 },
  }
  const budget = { ...receipt.lock.budget, containers: [none] }
  await writeReceipt(site.cluster, { ...receipt, lock: { ...receipt.lock, budget } })
  expect(await site.bad()).toEqual({})
})

test('a heap that is too small for the server is told with what to do, and is no fault: it runs', async () => {
  const container = {
    ...{ name: 'infisical', image: 'docker.io/infisical/infisical:v0.165.8' },
    resources: { limits: { memory: '1000Mi' } },
    env: [{ name: 'NODE_OPTIONS', value: '--max-old-space-size=460' }],
  }
  await site.cluster.apply({
    ...kinds.deployment,
    metadata: { name: 'infisical', namespace: 'infisical' },
    spec: { replicas: 1, template: { spec: { containers: [container] } } },
    status: { availableReplicas: 1 },
  })
  const result = await site.run()
  expect(result.verdicts.find(({ id }) => id === 'infisical/memory')).toEqual({
    ...{ id: 'infisical/memory', ok: true },
    message: expect.stringContaining('has a V8 heap of 460 MiB under a limit of 1000Mi; measured: 600 held'),
    hint: expect.stringContaining('memory.heapMiB: 600 in the site file'),
  })
  expect(checkFault(result)).toBeUndefined()
})

test('what the server has held on this site counts as well, where it can be read', async () => {
  const options = '--max-old-space-size=520 --import=data:text/javascript,process.setSourceMapsEnabled(false)'
  const container = {
    ...{ name: 'infisical', image: 'docker.io/infisical/infisical:v0.165.8' },
    resources: { limits: { memory: '1000Mi' } },
    env: [{ name: 'NODE_OPTIONS', value: options }],
  }
  await site.cluster.apply({
    ...kinds.deployment,
    metadata: { name: 'infisical', namespace: 'infisical' },
    spec: { replicas: 1, template: { spec: { containers: [container] } } },
    status: { availableReplicas: 1 },
  })
  const memory = async () => (await site.run()).verdicts.find(({ id }) => id === 'infisical/memory')
  expect(await memory()).not.toHaveProperty('hint')
  const pod = { namespace: 'infisical', pod: 'infisical-68c4d88f85-fvnph', container: 'infisical' }
  const other = { ...pod, namespace: 'databases', memory: 2 ** 31 }
  const beside = { ...pod, pod: 'infisical-postgresql-0', memory: 2 ** 31 }
  site.cluster.behaviour.peaks = [other, beside, { ...pod, memory: 980 * 2 ** 20 }]
  expect(await memory()).toMatchObject({
    ...{ ok: true, message: expect.stringContaining('here it has come to 980 MiB since it started') },
    hint: expect.stringContaining('sealift budget fit'),
  })
  const broken = withCluster({ peaks: () => Promise.reject(new SealiftError('CLUSTER_DENIED', 'no')) })
  const denied = await site.run(smallSite, broken)
  expect(denied.verdicts.find(({ id }) => id === 'infisical/memory')).not.toHaveProperty('hint')
})

test('intervals that cannot be kept are told, and with --record what was observed stays on the site', async () => {
  const team = (name: string) => ({
    ...{ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { name } },
    spec: { refreshInterval: '1s', data: [], target: { name } },
  })
  for (const name of ['a', 'b', 'c']) await site.cluster.applyAs('team', team(name))
  site.cluster.behaviour.usage = [
    { namespace: 'infisical', pod: 'infisical-1', container: 'infisical', memory: 1, cpu: 1 },
  ]
  const before = site.left()
  const silent = await site.run()
  expect(silent).not.toHaveProperty('history')
  expect(site.left()).toEqual(before)
  const { signal } = new AbortController()
  const talk = { ...recordingReporter(), signal, progressOn: () => () => {} }
  const run = () => check(0, parseSite(smallSite, 'site.yaml'), site.host, talk, true)
  const found = await run()
  expect(found.verdicts.find(({ id }) => id === 'eso/intervals')).toMatchObject({
    ...{ ok: true, message: expect.stringContaining('3 ExternalSecrets ask for 3 refreshes') },
    hint: expect.stringContaining('concurrent: 4'),
  })
  expect(found).toMatchObject({ ok: true, syncs: { periodic: 3 }, history: { observations: 1 } })
  expect((await run()).history).toMatchObject({ observations: 2, before: 0 })
  site.cluster.behaviour.usage = []
  const nothing = await run()
  expect(nothing).not.toHaveProperty('history')
  expect(nothing.verdicts.at(-1)).toMatchObject({ id: 'budget/history', ok: false })
})

test('a history that may not be written is a verdict, and hides nothing', async () => {
  const { signal } = new AbortController()
  const talk = { ...recordingReporter(), signal, progressOn: () => () => {} }
  site.cluster.behaviour.usage = [{ namespace: 'x', pod: 'x', container: 'x', memory: 1, cpu: 1 }]
  site.cluster.behaviour.denies = (verb, { kind }) => verb === 'patch' && kind === 'ConfigMap'
  const found = await check(0, parseSite(smallSite, 'site.yaml'), site.host, talk, true)
  expect(found.verdicts.filter(({ ok }) => !ok)).toMatchObject([
    { id: 'budget/history', message: expect.stringContaining('not allowed to patch ConfigMap') },
  ])
})

test('the file of another site is refused', async () => {
  const other = parseSite(smallSite.replace('bank-prod', 'bank-test'), 'site.yaml')
  const talk = {
    reporter: recordingReporter().reporter,
    signal: new AbortController().signal,
    progressOn: () => () => {},
  }
  await expect(check(0, other, site.host, talk)).rejects.toMatchObject({
    code: 'FOREIGN_INSTALL',
    message: 'this cluster is site bank-prod, and the site file is of bank-test',
  })
})

test('steps are told in order, and use is measured over the window', async () => {
  const { lines, reporter } = recordingReporter()
  const { signal } = new AbortController()
  const talk = { reporter, signal, progressOn: () => () => {} }
  await check(12, parseSite(smallSite, 'site.yaml'), site.host, talk)
  expect(lines).toEqual([
    '… Look at what runs',
    '✔ Look at what runs: 12 of 12 as they should be',
    '… Send a secret from Infisical to Kubernetes',
    '~ Send a secret from Infisical to Kubernetes: waiting for a secret to arrive',
    '✔ Send a secret from Infisical to Kubernetes: a secret arrived after 0 ms, and was taken away',
    '… Measure what is used',
    '✔ Measure what is used: over 12 s',
  ])
  expect(site.clock.sleeps).toEqual([5000, 5000, 2000])
})
