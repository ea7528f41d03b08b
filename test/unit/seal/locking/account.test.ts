import { expect, test } from 'vitest'
import { parseSpec } from '../../../../src/kernel/inputs/index.ts'
import type { RenderedObject } from '../../../../src/kernel/objects/index.ts'
import { account } from '../../../../src/seal/locking/account.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'

const spec = parseSpec(
  `apiVersion: sealift.dev/v1
kind: Bundle
metadata: { name: small, version: 1.0.0 }
kubernetes: 1.36.0
charts: [{ name: a, path: a, version: 1.0.0, release: a, namespace: a }]
budget: { memory: 100Mi, cpu: 100m }
`,
  'bundle.yaml',
)

function pod(name: string, memory: number, cpu: number, kind = 'Pod'): RenderedObject {
  const containers = [{ name: 'main', resources: { requests: { memory: `${memory}Mi`, cpu: `${cpu}m` } } }]
  const template = { spec: { containers } }
  const content = kind === 'Pod' ? { spec: { containers } } : { spec: { template } }
  return { chart: 'a', kind, title: `${kind}/${name}`, content }
}
const counted = (...charts: RenderedObject[][][]) =>
  account(
    charts.map(states => ({ states })),
    spec,
    'hold',
    recordedTalk().reporter,
  )

test('a chart counts in the state that requests most, each by itself, and never in both', () => {
  const { declared } = counted(
    [[pod('x', 30, 10)], [pod('y', 20, 10)]],
    [[pod('z', 10, 10)], [pod('z', 40, 10)]],
  )
  expect(declared).toEqual({ memory: 70 * 2 ** 20, cpu: 20 })
})

test('where one state has more memory and the other more CPU, both are held to the budget', () => {
  expect(() => counted([[pod('x', 90, 10)], [pod('x', 10, 200)]])).toThrow('CPU 200m of 100m')
  expect(() => counted([[pod('x', 110, 10)], [pod('x', 10, 90)]])).toThrow('memory 110Mi of 100Mi')
})

test('a Job that only one state has counts as what Jobs take', () => {
  const { declared, temporary } = counted([[pod('x', 10, 10)], [pod('x', 10, 10), pod('j', 30, 5, 'Job')]])
  expect([declared.memory, temporary.memory]).toEqual([10 * 2 ** 20, 30 * 2 ** 20])
})
