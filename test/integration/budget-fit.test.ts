/**
 * A fit on a real API server, as whoever has the printed rights: noted on the site, applied, started anew, and confirmed by
 * a second look. What containers use is made up: an API server asks no kubelet on loopback.
 */
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCluster } from '../../src/adapters/cluster/index.ts'
import { parseSite } from '../../src/kernel/inputs/index.ts'
import { type Cluster, kinds, type SiteHost } from '../../src/kernel/ports/index.ts'
import { readReceipt, writeReceipt } from '../../src/site/install/index.ts'
import { grantingObjects, neededRules } from '../../src/site/rights/index.ts'
import { fitSite } from '../../src/site/verbs/budget-fit.ts'
import { secretObject } from '../../src/site/wire/secrets.ts'
import { type ApiServer, startApiServer } from '../support/apiserver.ts'
import { esoCrds } from '../support/connected/eso.ts'
import { memoryFiles } from '../support/memory-files.ts'
import { recordedTalk } from '../support/recorded-talk.ts'
import { sampleBundle } from '../support/sample-bundle.ts'
import { sampleRights } from '../support/sample-rights.ts'
import { proven } from '../unit/site/verbs/memory-site.ts'
import { smallSite } from '../unit/site/wire/sites.ts'

const mebi = 1024 * 1024
const namespaces = ['infisical', 'external-secrets']
const options = '--max-old-space-size=520 --import=data:text/javascript,process.setSourceMapsEnabled(false)'
/** What a kubelet says of the container of each namespace, in MiB: its working set and its cgroup's mark. */
let used: Record<string, [set: number, peak: number]> = {
  infisical: [524, 682],
  'external-secrets': [26, 31],
}
let now = Date.parse('2026-11-30T08:00:00Z')
let api: ApiServer
let admin: Cluster
let host: SiteHost

const measured = (which: 0 | 1) =>
  Object.entries(used).map(([name, figures]) => ({
    ...{ namespace: name, pod: `${name}-1`, container: name, memory: figures[which] * mebi, cpu: 12 },
  }))

beforeAll(async () => {
  api = await startApiServer()
  admin = createCluster({ kubeconfig: api.kubeconfig, environment: {} })
  for (const crd of await esoCrds()) await admin.apply(crd)
  for (const name of ['sealift-system', ...namespaces])
    await admin.apply({ ...kinds.namespace, metadata: { name } })
  await admin.apply(secretObject('infisical', 'infisical-secrets', { NODE_OPTIONS: options }))
  const container = { name: 'infisical', image: 'none.dev/infisical:v0.165.8' }
  const labels = { app: 'infisical' }
  await admin.apply({
    ...kinds.deployment,
    metadata: { name: 'infisical', namespace: 'infisical' },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  })
  await install({ infisical: 512, 'external-secrets': 48 }, '2026-11-30T06:00:00Z')
  const of = await sampleRights()
  const rules = neededRules(['budget fit', 'record'], of)
  const subject = { kind: 'User', name: 'nobody' } as const
  const granting = { rules, subject, name: 'fit', site: 'sandbox', namespaces: of.namespaces }
  for (const object of grantingObjects(granting)) if (object.kind !== 'Namespace') await admin.apply(object)
  const asked = createCluster({ kubeconfig: api.nobody, environment: {} })
  const cluster = { ...asked, usage: async () => measured(0), peaks: async () => measured(1) }
  // Until the authorizer knows them.
  for (let round = 0; round < 100; round++)
    if (
      await cluster.list(kinds.node).then(
        () => true,
        () => sleep(50, false),
      )
    )
      break
  const clock = { now: () => now, sleep: async () => {} }
  host = { cluster, clock, files: memoryFiles() } as unknown as SiteHost
}, 120_000)
afterAll(async () => {
  await api?.stop()
})

/** What an install and a boot leave: a receipt with these requests in MiB, and pods that were started at a time. */
async function install(requests: Readonly<Record<string, number>>, startedAt: string) {
  const sample = sampleBundle().lock
  const [chart] = sample.charts
  if (chart === undefined) throw new Error('the sample has a chart')
  const containers = Object.entries(requests).map(([name, memory]) => ({
    ...{ chart: name, object: `Deployment/${name}`, container: name, init: false, replicas: 1 },
    ...{ memory: memory * mebi, cpu: name === 'infisical' ? 100 : 15, memoryLimit: 1000 * mebi },
  }))
  const charts = namespaces.map(name => ({ ...chart, name, release: name, namespace: name }))
  const lock = { ...sample, charts, budget: { ...sample.budget, containers } }
  await writeReceipt(admin, { ...proven, lock })
  for (const name of namespaces) {
    const pod = { ...kinds.pod, metadata: { name: `${name}-1`, namespace: name } }
    const spec = { containers: [{ name, image: 'none.dev/none' }] }
    if ((await admin.get(kinds.pod, `${name}-1`, name)) === undefined) await admin.create({ ...pod, spec })
    const status = {
      containerStatuses: [
        {
          ...{ name, ready: true, restartCount: 0, image: '', imageID: '' },
          state: { running: { startedAt } },
        },
      ],
    }
    const patch = join(dirname(api.kubeconfig), 'patch.json')
    await writeFile(patch, JSON.stringify({ status }))
    const words = ['patch', 'pod', `${name}-1`, '-n', name, '--subresource=status', '--patch-file', patch]
    await execa(join(dirname(api.kubeconfig), 'kubectl'), ['--kubeconfig', api.kubeconfig, ...words])
  }
}

const look = () =>
  fitSite(
    { site: parseSite(smallSite, 'site.yaml'), window: 0, settled: 10, withoutWebhook: false, record: true },
    host,
    recordedTalk(),
  )

test('it is noted with the printed rights, installed, started anew, and confirmed within 10 %', async () => {
  const first = await look()
  expect(first.account.rows.map(({ observed, peak, since }) => [observed?.memory, peak, since])).toEqual([
    [26 * mebi, 31 * mebi, '2026-11-30T06:00:00Z'],
    [524 * mebi, 682 * mebi, '2026-11-30T06:00:00Z'],
  ])
  expect(first).toMatchObject({
    confirmation: { state: 'none' },
    fit: { fits: true, total: { memory: 552 * mebi } },
  })

  const wanted = first.fit.containers.map(({ container, after }) => [container, after.memory / mebi] as const)
  await install(Object.fromEntries(wanted), '2026-11-30T09:00:00Z')
  now = Date.parse('2026-11-30T09:05:00Z')
  expect((await look()).confirmation.state).toBe('too-early')
  await admin.delete(kinds.configMap, 'sealift-budget', 'sealift-system')
  now = Date.parse('2026-11-30T08:00:00Z')
  await look()
  now = Date.parse('2026-11-30T09:10:00Z')
  used = { infisical: [531, 640], 'external-secrets': [25, 30] }
  const second = await look()
  expect(second.confirmation).toMatchObject({ state: 'confirmed', said: 550 * mebi, observed: 556 * mebi })
  expect(Math.abs(second.confirmation.percent ?? 100)).toBeLessThanOrEqual(10)
  expect((await readReceipt(admin)).lock.budget.containers).toHaveLength(2)
})
