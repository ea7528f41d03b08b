import { expect, test } from 'vitest'
import { openBundle } from '../../../../src/bundle/layout/index.ts'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { compatibility, type Finding, refuseUnfit } from '../../../../src/site/compatibility/index.ts'
import { readReceipt } from '../../../../src/site/install/index.ts'
import { wiredCharts } from '../../../../src/site/wire/index.ts'
import { memorySource } from '../../../support/memory-files.ts'
import { bundles, installOn } from '../verbs/memory-site.ts'
import { memoryWorld } from '../verbs/memory-world.ts'

const findings: readonly Finding[] = [
  { id: 'a', ok: 'yes', seen: 'well' },
  { id: 'b', ok: 'doubt', seen: 'odd', hint: 'look at it' },
  { id: 'c', ok: 'no', seen: 'wrong', hint: 'mend it' },
  { id: 'd', ok: 'no', seen: 'wrong too', hint: 'mend it' },
]

test('all that forbids an upgrade ends it at once, each hint once; what does not, lets it go on', () => {
  expect(() => refuseUnfit(findings)).toThrow(
    expect.objectContaining({
      ...{ code: 'UPGRADE_UNFIT', exitCode: 67, faults: ['c: wrong', 'd: wrong too'], hints: ['mend it'] },
      message: expect.stringContaining('2 reasons; nothing was changed'),
    }),
  )
  expect(() => refuseUnfit(findings.slice(0, 2))).not.toThrow()
  expect(() => refuseUnfit([])).not.toThrow()
})

/** What is found of 1.1.0 over an installed 1.0.0; `older` is the version that its operator had. */
async function found(older = '1.2.3', version = 'v1.36.3+k3s1', refuse?: SealiftError) {
  const { host, cluster, helm } = await memoryWorld()
  await installOn(host, '1.0.0')
  cluster.behaviour.version = version
  cluster.behaviour.admit = () => {
    if (refuse) throw refuse
  }
  const bundle = await openBundle(memorySource(bundles['1.1.0'].file))
  const { lock } = await readReceipt(cluster)
  const charts = lock.charts.map(chart => (chart.release === 'eso' ? { ...chart, version: older } : chart))
  const before = cluster.objects()
  const findings = await compatibility({
    ...{ cluster, helm, bundle, wired: wiredCharts(bundle), receipt: { lock: { ...lock, charts } } },
    render: async () => ({ objects: before.filter(({ kind }) => kind === 'Service'), definitions: [] }),
  })
  expect(cluster.objects()).toEqual(before)
  return Object.fromEntries(findings.map(({ id, ok }) => [id, ok]))
}

test('every rule is looked at, and nothing is written', async () => {
  expect(await found()).toEqual({
    kubernetes: 'yes',
    'operator-step': 'yes',
    ...{ 'release/demo': 'yes', 'applied/demo': 'yes', 'owned-fields/demo': 'yes' },
    ...{ 'release/eso': 'yes', 'applied/eso': 'yes', 'owned-fields/eso': 'yes' },
  })
})

test('a minor that is skipped, and a chart whose installed version helm knows nothing of, forbid it', async () => {
  expect(await found('1.0.0')).toMatchObject({ 'operator-step': 'no', 'release/eso': 'no' })
})

test('another minor of Kubernetes than the charts were rendered for is a doubt, one too old forbids it', async () => {
  expect(await found('1.2.3', 'v1.35.0+k3s1')).toMatchObject({ kubernetes: 'doubt' })
  expect(await found('1.2.3', 'v1.24.9+k3s1')).toMatchObject({ kubernetes: 'no' })
})

test('what the server would refuse is no field of anybody’s; a server that is gone is no answer', async () => {
  const refusal = new SealiftError('CLUSTER_FAILED', 'no')
  expect(await found('1.2.3', 'v1.36.0', refusal)).toMatchObject({ 'owned-fields/demo': 'yes' })
  const gone = new SealiftError('CLUSTER_UNREACHABLE', 'gone')
  await expect(found('1.2.3', 'v1.36.0', gone)).rejects.toBe(gone)
})
