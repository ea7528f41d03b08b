/** The smallest honest setting, by what was observed. */
import { describe, expect, it, test } from 'vitest'
import {
  budgetFit,
  changesOf,
  fitBudget,
  loadOf,
  type Observation,
  observationOf,
  valuesOf,
} from '../../../../src/site/budget/index.ts'
import { budgetSources } from '../../../../src/site/check/index.ts'
import { sampleReceipt } from '../../../support/sample-receipt.ts'

const mebi = 1024 * 1024
const saving = '--max-old-space-size=520 --import=data:text/javascript,process.setSourceMapsEnabled(false)'
const server = (options = saving) => ({ image: 'x/infisical:v0.165.8', limit: 1000 * mebi, options })
const quiet = loadOf([], 1, 0)
const row = (object: string, container: string, asks: number, used: number, peak: number, more = {}) => ({
  ...{ chart: object.includes('infisical') ? 'infisical-standalone' : 'external-secrets', object, container },
  ...{
    memory: asks * mebi,
    cpu: 20,
    field: `${object} spec.template.spec.containers[${container}].resources`,
  },
  ...{ limit: { memory: 256 * mebi }, observed: { memory: used * mebi, cpu: 3 }, peak: peak * mebi },
  ...{ since: '2026-11-30T06:00:00Z', restarts: 0 },
  ...more,
})
/** What was measured on a real K3s: 601Mi with the shipped setting. */
const rows = [
  row('Deployment/external-secrets', 'external-secrets', 48, 25, 30),
  row('Deployment/external-secrets-cert-controller', 'cert-controller', 48, 34, 40),
  row('Deployment/external-secrets-webhook', 'webhook', 32, 17, 20),
  row('Deployment/infisical', 'infisical', 512, 524, 682, {
    ...{ cpu: 250, limit: { memory: 1000 * mebi }, observed: { memory: 524 * mebi, cpu: 12 } },
  }),
]
const account = {
  ...{ budget: { memory: 640 * mebi, cpu: 300 }, declared: { memory: 640 * mebi, cpu: 310 } },
  ...{ observed: { memory: 600 * mebi, cpu: 21 }, rows, declaredFits: false, observedFits: true },
  sources: budgetSources,
}
const resting = { at: Date.parse('2026-11-30T08:00:00Z'), settled: 10 }
const ground = { account, earlier: [], server: server(), load: quiet, resting, withoutWebhook: false }
const afterOf = (fit: ReturnType<typeof fitBudget>, container: string) =>
  fit.containers.find(one => one.container === container)?.after

describe('fitBudget', () => {
  it('requests what is used at rest, and is within the budget, webhook and all', () => {
    const fit = fitBudget(ground)
    expect(budgetFit.parse(fit)).toEqual(fit)
    expect(afterOf(fit, 'infisical')).toEqual({
      ...{ memory: 524 * mebi, cpu: 100, memoryLimit: 764 * mebi, replicas: 1 },
    })
    expect(afterOf(fit, 'external-secrets')).toEqual({
      ...{ memory: 28 * mebi, cpu: 5, memoryLimit: 96 * mebi, replicas: 1 },
    })
    expect(fit).toMatchObject({
      total: { memory: 608 * mebi },
      fits: true,
      heap: { before: 520, after: 520 },
    })
  })

  it('never limits the server below what a hard load took, however little was seen', () => {
    const small = rows.map(one => ({ ...one, observed: { memory: 40 * mebi, cpu: 1 }, peak: 45 * mebi }))
    const fit = fitBudget({ ...ground, account: { ...account, rows: small } })
    expect(afterOf(fit, 'infisical')).toMatchObject({ memory: 40 * mebi, cpu: 100, memoryLimit: 764 * mebi })
  })

  it('turns saving on where it is off, and says what the server takes then, and what is given up', () => {
    const large = rows.map(one =>
      one.container === 'infisical'
        ? { ...one, observed: { memory: 720 * mebi, cpu: 12 }, peak: 962 * mebi }
        : one,
    )
    const off = server('--max-old-space-size=768')
    const fit = fitBudget({ ...ground, server: off, account: { ...account, rows: large } })
    expect(fit).toMatchObject({ saving: false, heap: { before: 768, after: 520 }, fits: true })
    expect(afterOf(fit, 'infisical')).toMatchObject({ memory: 524 * mebi, memoryLimit: 764 * mebi })
    expect(fit.choices[0]).toMatchObject({
      saves: 196 * mebi,
      givesUp: expect.stringContaining('stack traces'),
    })
    expect(changesOf(fit).filter(({ chart }) => chart === undefined)).toEqual([
      { path: 'memory.saving', before: 'false', after: 'true' },
      { path: 'memory.heapMiB', before: '768', after: '520' },
    ])
  })

  it('gives a server more heap that has died of it, and a higher limit that the kernel has ended', () => {
    const fit = fitBudget({ ...ground, ended: 'heap' })
    expect(fit.heap).toEqual({ before: 520, after: 584 })
    expect(afterOf(fit, 'infisical')).toMatchObject({ memory: 588 * mebi, memoryLimit: 832 * mebi })
    expect(fit.fits).toBe(false)
    const killed = fitBudget({ ...ground, ended: 'kernel' })
    expect(killed.heap.after).toBe(520)
    expect(afterOf(killed, 'infisical')).toMatchObject({ memory: 524 * mebi, memoryLimit: 1320 * mebi })
  })

  it('counts what was observed before, at rest, and the highest peak of all', () => {
    const noted = (memory: number, cpu: number, peak: number): Observation => {
      const [first] = observationOf(account, {
        at: 'x',
        bundle: sampleReceipt.bundle.digest,
        window: 1,
      }).containers
      if (first === undefined) throw new Error('the account has rows')
      return {
        ...observationOf(account, { at: 'x', bundle: sampleReceipt.bundle.digest, window: 1 }),
        containers: [{ ...first, memory: memory * mebi, cpu, peak: peak * mebi }],
      }
    }
    const fit = fitBudget({ ...ground, earlier: [noted(31, 4, 50), noted(90, 400, 100)] })
    expect(fit.containers[0]).toMatchObject({
      ...{ rest: 31 * mebi, peak: 100 * mebi, observations: 3 },
      after: { memory: 32 * mebi, memoryLimit: 164 * mebi },
    })
  })

  it('takes of a boot its peak, and never calls it a rest', () => {
    const boot = '2026-11-30T05:59:00Z'
    const noted = observationOf(
      {
        ...account,
        rows: rows.map(one => ({ ...one, observed: { memory: 400 * mebi, cpu: 3 }, peak: 410 * mebi })),
      },
      { at: '2026-11-30T06:01:00Z', bundle: sampleReceipt.bundle.digest, window: 0 },
    )
    const begun = { ...noted, containers: noted.containers.map(one => ({ ...one, since: boot })) }
    const [first] = fitBudget({ ...ground, earlier: [begun] }).containers
    expect(first).toMatchObject({ rest: 25 * mebi, peak: 410 * mebi, resting: true, observations: 2 })
    // Nothing else is known yet: it is said with what it rests on.
    const early = { at: Date.parse('2026-11-30T06:05:00Z'), settled: 10 }
    const [only] = fitBudget({ ...ground, resting: early, earlier: [begun] }).containers
    expect(only).toMatchObject({ rest: 25 * mebi, resting: false })
    const [asked] = fitBudget({ ...ground, resting: { ...early, settled: 1 }, earlier: [begun] }).containers
    expect(asked).toMatchObject({ rest: 400 * mebi, resting: true })
  })

  it('leaves out the webhook where the user agrees, and says what both sums are', () => {
    const fit = fitBudget({ ...ground, withoutWebhook: true })
    expect(fit.containers.map(({ left }) => left)).toEqual([false, true, true, false])
    expect([fit.total.memory / mebi, fit.whole.memory / mebi]).toEqual([552, 608])
  })

  it('chooses workers by the intervals, and gives the server CPU for what they let through then', () => {
    const secrets = Array.from({ length: 500 }, () => ({
      ...{ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { name: 'a' } },
      spec: { refreshInterval: '2m' },
    }))
    const fit = fitBudget({ ...ground, load: loadOf(secrets, 1, 0) })
    expect(fit.concurrent).toEqual({ before: 1, after: 5 })
    // 4.2 refreshes a second instead of 1.2, 68m each, beside the 12m that are used and a tenth.
    expect(afterOf(fit, 'infisical')?.cpu).toBe(215)
    expect(changesOf(fit)).toContainEqual({
      ...{ chart: 'external-secrets', path: 'concurrent', before: '1', after: '5' },
    })
  })

  it('keeps one pod of two, with what one takes', () => {
    const two = rows.map(one =>
      one.container === 'infisical'
        ? {
            ...{ ...one, replicas: 2, memory: 1024 * mebi, cpu: 500, limit: { memory: 2000 * mebi } },
            ...{ observed: { memory: 1048 * mebi, cpu: 24 }, peak: 1364 * mebi },
          }
        : one,
    )
    const fit = fitBudget({ ...ground, account: { ...account, rows: two } })
    expect(fit.containers.at(-1)).toMatchObject({
      before: { memory: 512 * mebi, cpu: 250, memoryLimit: 1000 * mebi, replicas: 2 },
      after: { memory: 524 * mebi, cpu: 100, memoryLimit: 764 * mebi, replicas: 1 },
    })
    expect(fit.total.memory).toBe(608 * mebi)
    expect(fit.choices).toContainEqual(
      expect.objectContaining({ choice: 'replicaCount: 1', saves: 512 * mebi }),
    )
    const changes = changesOf(fit).filter(({ path }) => path.endsWith('replicaCount'))
    expect(changes).toEqual([
      { chart: 'infisical-standalone', path: 'infisical.replicaCount', before: '2', after: '1' },
    ])
    expect(valuesOf(changes).get('infisical-standalone')).toEqual({ infisical: { replicaCount: 1 } })
  })

  it('leaves a container as it is that was not measured', () => {
    const unmeasured = rows.map(({ observed: _, peak: __, ...rest }) => rest)
    const fit = fitBudget({ ...ground, account: { ...account, rows: unmeasured } })
    expect(changesOf(fit)).toEqual([])
    expect(fit.containers.every(({ rest, observations }) => rest === 0 && observations === 0)).toBe(true)
  })
})

test('what changes is a diff of values, and the same as files for each chart', () => {
  const changes = changesOf(fitBudget({ ...ground, withoutWebhook: true, load: { ...quiet, concurrent: 2 } }))
  expect(changes.map(({ chart, path, before, after }) => `${chart} ${path}: ${before} → ${after}`)).toEqual([
    'external-secrets resources.requests.memory: 48Mi → 28Mi',
    'external-secrets resources.requests.cpu: 20m → 5m',
    'external-secrets resources.limits.memory: 256Mi → 96Mi',
    'external-secrets certController.create: true → false',
    'external-secrets webhook.create: true → false',
    'infisical-standalone infisical.resources.requests.memory: 512Mi → 524Mi',
    'infisical-standalone infisical.resources.requests.cpu: 250m → 100m',
    'infisical-standalone infisical.resources.limits.memory: 1000Mi → 764Mi',
    'external-secrets concurrent: 2 → 1',
  ])
  expect(Object.fromEntries(valuesOf(changes))).toEqual({
    'external-secrets': {
      resources: { requests: { memory: '28Mi', cpu: '5m' }, limits: { memory: '96Mi' } },
      ...{ certController: { create: false }, webhook: { create: false }, concurrent: 1 },
    },
    'infisical-standalone': {
      infisical: { resources: { requests: { memory: '524Mi', cpu: '100m' }, limits: { memory: '764Mi' } } },
    },
  })
})

test('of a chart that nobody knows the field is named, and no values file is made', () => {
  const other = row('StatefulSet/cache', 'main', 100, 60, 70)
  const changes = changesOf(
    fitBudget({ ...ground, account: { ...account, rows: [{ ...other, chart: 'cache' }] } }),
  )
  expect(changes[0]?.path).toBe(
    'StatefulSet/cache spec.template.spec.containers[main].resources.requests.memory',
  )
  expect(valuesOf(changes).size).toBe(0)
})
