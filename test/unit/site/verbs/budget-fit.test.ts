/** What `budget fit` looks at on a site, what it leaves there, and how it is confirmed. */
import { beforeEach, expect, test } from 'vitest'
import { fitText } from '../../../../src/cli/fit-text.ts'
import { parseSite } from '../../../../src/kernel/inputs/index.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { budgetSources } from '../../../../src/site/check/index.ts'
import { readReceipt, writeReceipt } from '../../../../src/site/install/index.ts'
import { type FitRequest, fitFault, fitSite } from '../../../../src/site/verbs/budget-fit.ts'
import { outputs } from '../../../support/outputs.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { smallSite } from '../wire/sites.ts'
import { type CheckSite, checkSite } from './check-site.ts'

const mebi = 1024 * 1024
const options = '--max-old-space-size=520 --import=data:text/javascript,process.setSourceMapsEnabled(false)'
let site: CheckSite
const pod = (name: string) => ({ namespace: name, pod: `${name}-1`, container: name })

const hour = (hours: number) => new Date(site.clock.now() + hours * 3_600_000).toISOString()

/** What the receipt says of a container, and a pod of it that was started at a time. */
async function declare(requests: Record<string, number>, startedAt: string) {
  const receipt = await readReceipt(site.cluster)
  const containers = Object.entries(requests).map(([name, memory]) => ({
    ...{ chart: name, object: `Deployment/${name}`, container: name, init: false, replicas: 1 },
    ...{ memory: memory * mebi, cpu: name === 'infisical' ? 100 : 5 },
  }))
  const budget = { ...receipt.lock.budget, containers }
  await writeReceipt(site.cluster, { ...receipt, lock: { ...receipt.lock, budget } })
  for (const name of Object.keys(requests))
    await site.cluster.apply({
      ...kinds.pod,
      metadata: { name: `${name}-1`, namespace: name },
      spec: { containers: [{ name, resources: {} }] },
      status: { containerStatuses: [{ name, restartCount: 0, state: { running: { startedAt } } }] },
    })
}

beforeEach(async () => {
  site = await checkSite()
  const container = {
    name: 'infisical',
    image: 'x/infisical:v0.165.8',
    env: [{ name: 'NODE_OPTIONS', value: options }],
  }
  await site.cluster.apply({
    ...kinds.deployment,
    metadata: { name: 'infisical', namespace: 'infisical' },
    spec: { replicas: 1, template: { spec: { containers: [container] } } },
    status: { availableReplicas: 1 },
  })
  await declare({ infisical: 512, 'external-secrets': 48 }, hour(-1))
  site.cluster.behaviour.usage = [
    { ...pod('infisical'), memory: 524 * mebi, cpu: 12 },
    { ...pod('external-secrets'), memory: 26 * mebi, cpu: 1 },
  ]
})

const wanted = {
  ...{ site: parseSite(smallSite, 'site.yaml'), window: 0, settled: 10 },
  ...{ withoutWebhook: false, record: false },
}
const run = (request: Partial<FitRequest> = {}) =>
  fitSite({ ...wanted, ...request }, site.host, recordedTalk())

test('it says what would change, and leaves the site as it was', async () => {
  const before = site.left()
  const found = await run()
  expect(outputs['budget-fit'].parse(found)).toEqual(found)
  expect(found.changes.map(({ path, after }) => `${path} ${after}`)).toEqual([
    'resources.requests.memory 28Mi',
    'resources.limits.memory 92Mi',
    'infisical.resources.requests.memory 524Mi',
    'infisical.resources.limits.memory 764Mi',
  ])
  expect(found).toMatchObject({ earlier: 0, confirmation: { state: 'none' }, fit: { fits: true } })
  expect(fitFault(found)).toBeUndefined()
  expect(site.left()).toEqual(before)
  const text = fitText(found)
  for (const line of [
    'together: 552Mi of 640Mi, 105m of 300m: within the budget',
    '  - infisical.resources.requests.memory: 512Mi',
    '  + infisical.resources.requests.memory: 524Mi',
    'an earlier fit: none is on record: say --record, install with it, and look again',
    `  peak: ${budgetSources.peak}`,
    '  requests →: what is taken at rest, rounded up to 4Mi; Infisical’s by a table where its heap is to be another',
  ])
    expect(text.split('\n')).toContain(line)
})

test('recorded, installed and started anew, it is confirmed by a second look', async () => {
  await run({ record: true })
  expect((await run()).confirmation.state).toBe('not-applied')
  await declare({ infisical: 524, 'external-secrets': 28 }, hour(-1))
  expect((await run()).confirmation.state).toBe('no-boot')
  await declare({ infisical: 524, 'external-secrets': 28 }, hour(1))
  const later = {
    ...site.host,
    clock: { ...site.host.clock, now: () => site.clock.now() + 7_200_000, sleep: async () => {} },
  }
  const request = { ...wanted, record: true }
  site.cluster.behaviour.usage = [
    { ...pod('infisical'), memory: 540 * mebi, cpu: 12 },
    { ...pod('external-secrets'), memory: 25 * mebi, cpu: 1 },
  ]
  const found = await fitSite(request, later, recordedTalk())
  expect(found).toMatchObject({ earlier: 1, confirmation: { state: 'confirmed', percent: 2.7 } })
  expect(fitText(found)).toContain(
    'was confirmed over a boot: 550Mi said, 565Mi observed, +2.7 %, 60 minutes after the last start',
  )
  expect(fitText(found)).toContain('  Deployment/infisical infisical: 524Mi said, 540Mi observed, +3.1 %')
})

test('a container in its boot is not at rest: it is said, unless the user knows better', async () => {
  await declare({ infisical: 512, 'external-secrets': 48 }, hour(-1 / 60))
  const told = 'Deployment/infisical infisical was not at rest in any observation'
  expect(fitText(await run())).toContain(told)
  expect(fitText(await run({ settled: 0 }))).not.toContain(told)
})

test('values files are written for each chart, to go behind the others', async () => {
  const { files } = await run({ output: 'values' })
  expect(files).toEqual(['values/external-secrets.fit.yaml', 'values/infisical.fit.yaml'])
  const text = await site.host.files.readText('values/infisical.fit.yaml')
  expect(text).toMatch(/^# By sealift budget fit.*\ninfisical:\n {2}resources:\n/)
})

test.each(['../infisical', 'a/b', '..', ''])(
  'a chart called "%s" in the receipt leads to no file',
  async chart => {
    const receipt = await readReceipt(site.cluster)
    const containers = receipt.lock.budget.containers.map(one => ({ ...one, chart }))
    const charts = receipt.lock.charts.map(one => ({ ...one, name: chart }))
    const lock = { ...receipt.lock, charts, budget: { ...receipt.lock.budget, containers } }
    await writeReceipt(site.cluster, { ...receipt, lock })
    const before = await site.host.files.entries('.').catch(() => [])
    await expect(run({ output: 'values' })).rejects.toMatchObject({ code: 'LOCK_INVALID' })
    expect(await site.host.files.entries('.').catch(() => [])).toEqual(before)
  },
)

test('what even so is above the budget ends with 61', async () => {
  site.cluster.behaviour.usage = [{ ...pod('infisical'), memory: 700 * mebi, cpu: 12 }]
  const found = await run()
  expect(fitFault(found)).toMatchObject({ code: 'BUDGET_OBSERVED', exitCode: 61 })
  expect(fitText(found)).toContain('together: 748Mi of 640Mi, 105m of 300m: over by 108Mi')
})

test('the file of another site is refused', async () => {
  const other = parseSite(smallSite.replace('bank-prod', 'bank-test'), 'site.yaml')
  await expect(run({ site: other })).rejects.toMatchObject({ code: 'FOREIGN_INSTALL' })
})
