import { expect, test } from 'vitest'
import { type KubernetesObject, kinds } from '../../../../src/kernel/ports/index.ts'
import { judgeTaken, takenFields } from '../../../../src/site/compatibility/owned-fields.ts'

// As a kube-apiserver 1.35 writes them; contract/compatibility has the real one say it each time.
const fieldsV1 = {
  'f:metadata': { 'f:labels': { 'f:app.kubernetes.io/name': {} }, 'f:finalizers': { 'v:"hold.dev/x"': {} } },
  'f:spec': {
    'f:paused': {},
    'f:template': {
      'f:spec': { 'f:containers': { 'k:{"name":"main"}': { '.': {}, 'f:image': {}, 'f:args': {} } } },
    },
    'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { 'f:nodePort': {} } },
    'f:list': { 'i:1': {} },
  },
}
const object = (
  values: { app?: string; image?: string; paused?: boolean; node?: number; finalizers?: string[] } = {},
  entries: readonly object[] = [{ manager: 'kubectl-edit', operation: 'Update', fieldsV1 }],
): KubernetesObject => ({
  ...kinds.deployment,
  metadata: {
    ...{ name: 'shop', namespace: 'bank', finalizers: values.finalizers ?? ['hold.dev/x'] },
    labels: { 'app.kubernetes.io/name': values.app ?? 'a' },
    managedFields: entries,
  },
  spec: {
    paused: values.paused ?? false,
    list: [1, values.node ?? 1],
    ports: [{ port: 80, protocol: 'TCP', nodePort: values.node ?? 1 }],
    template: { spec: { containers: [{ name: 'main', image: values.image ?? 'r.io/a:1', args: ['a'] }] } },
  },
})
const paths = (after: KubernetesObject, live = object()) => takenFields(live, after).map(({ path }) => path)

test('a field that would stay as it is is not taken', () => {
  expect(paths(object())).toEqual([])
})

test('a field that would be another one is named by its path: of a mapping, a list by keys, a set, a place', () => {
  expect(paths(object({ image: 'r.io/a:2' }))).toEqual(['spec.template.spec.containers[name=main].image'])
  expect(paths(object({ app: 'b' }))).toEqual(['metadata.labels["app.kubernetes.io/name"]'])
  expect(paths(object({ finalizers: [] }))).toEqual(['metadata.finalizers[]'])
  expect(paths(object({ node: 2, paused: true }))).toEqual([
    'spec.paused',
    'spec.ports[port=80,protocol=TCP].nodePort',
    'spec.list[1]',
  ])
})

test('who owns an item alone owns nothing in it', () => {
  const containers = { 'k:{"name":"main"}': { '.': {} } }
  const set = { 'f:spec': { 'f:template': { 'f:spec': { 'f:containers': containers } } } }
  const live = object({}, [{ manager: 'kubectl-edit', operation: 'Update', fieldsV1: set }])
  expect(paths(object({ image: 'r.io/a:2' }), live)).toEqual([])
  const without = { ...object(), spec: { template: { spec: { containers: [{ name: 'other' }] } } } }
  expect(paths(without, live)).toEqual(['spec.template.spec.containers[name=main]'])
})

test.each([
  ['helm', {}],
  ['sealift', {}],
  ['kube-controller-manager', {}],
  ['k3s', {}],
  ['kubectl', { subresource: 'scale' }],
])('what %s owns is not said to be taken', (manager, more) => {
  const live = object({}, [{ manager, operation: 'Update', fieldsV1, ...more }])
  expect(paths(object({ image: 'r.io/a:2', paused: true }), live)).toEqual([])
})

test('what is no set of fields is nobody’s', () => {
  for (const odd of [null, 'f:spec', { 'x:y': {}, 'k:{': {}, 'k:1': {}, 'f:none': { 'f:a': {} } }]) {
    const live = object({}, [{ manager: 'somebody', operation: 'Update', fieldsV1: odd }])
    expect(paths(object({ paused: true }), live)).toEqual([])
  }
})

test('one finding names the object, the fields, who and when; no value', () => {
  const time = '2026-11-30T00:00:00Z'
  const live = object({}, [{ manager: 'kubectl-set', operation: 'Update', time, fieldsV1 }])
  const found = judgeTaken(live, takenFields(live, object({ image: 'r.io/secret:2' })))
  expect(found).toMatchObject([
    {
      ...{ id: 'owned-fields/Deployment/shop', ok: 'doubt' },
      seen: `Deployment bank/shop: the upgrade takes back what others have set: spec.template.spec.containers[name=main].image (kubectl-set, ${time})`,
    },
  ])
  expect(JSON.stringify(found)).not.toContain('secret')
  expect(judgeTaken(live, [])).toEqual([])
})
