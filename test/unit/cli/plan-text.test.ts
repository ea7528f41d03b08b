import { expect, test } from 'vitest'
import { planText } from '../../../src/cli/plan-text.ts'
import type { InstallPlan } from '../../../src/site/plan/index.ts'
import { emptyPlan } from '../site/plan/empty-plan.ts'

const digest = `sha256:${'0'.repeat(64)}` as const
const nothing: InstallPlan = { ...emptyPlan, equal: true }

test('a site that is as it should be is said to be so', () => {
  expect(planText(nothing)).toBe(
    `sample 1.0.0 on bank-prod, Kubernetes v1.35.4\n  bundle   ${digest}\n\nnothing to change`,
  )
})

test('what changes is said in sections, fields below their objects, and what stays is counted', () => {
  const at = { apiVersion: 'v1', step: 'release-demo', more: 0 }
  const text = planText({
    ...nothing,
    equal: false,
    nodes: [
      {
        node: 'node1',
        images: [{ change: 'create', kind: 'image', name: 'r.io/a:1', digest, detail: 'is loaded' }],
        bytes: 2_000_000,
      },
    ],
    database: [{ change: 'create', kind: 'role', name: 'infisical', detail: 'with a login' }],
    objects: [
      { ...at, change: 'stays', kind: 'Service', namespace: 'demo', name: 'web', fields: [] },
      {
        ...{ ...at, change: 'change', kind: 'Deployment', namespace: 'demo', name: 'web', more: 2 },
        fields: [{ path: 'spec.replicas', kind: 'changed', before: '0', after: '1' }],
      },
      {
        ...{ ...at, change: 'create', kind: 'Namespace', name: 'demo', step: 'namespaces' },
        ...{ fields: [], note: 'as it is rendered' },
      },
    ],
    refused: ['Pod demo/root: no'],
    file: 'change.plan.yaml',
  } as InstallPlan)
  expect(text).toContain('Images, by containerd, 2.0 MB to load:')
  expect(text).toContain('+  image  r.io/a:1 on node1  is loaded')
  expect(text).toContain(
    [
      'Kubernetes objects:',
      '~ Deployment demo/web  (release-demo)',
      '    spec.replicas: was 0, now 1',
      '    and 2 more fields',
      '+ Namespace demo  (namespaces, as it is rendered)',
    ].join('\n'),
  )
  expect(text).toContain('as wanted already: 1 object')
  expect(text).toContain('Would be refused:\n  Pod demo/root: no')
  expect(text).toMatch(/written to change\.plan\.yaml: sealift install --plan holds to it$/)
})
