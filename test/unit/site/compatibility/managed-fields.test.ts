import { expect, test } from 'vitest'
import { isOfHelm3, othersFields } from '../../../../src/site/compatibility/managed-fields.ts'

const container = (more: object) => ({ 'f:containers': { 'k:{"name":"web"}': { '.': {}, ...more } } })
const entry = (manager: string, fields: object, more: object = {}) => ({
  ...{ manager, operation: 'Update', apiVersion: 'apps/v1', fieldsType: 'FieldsV1', ...more },
  fieldsV1: { 'f:spec': fields },
})
const deployment = (managedFields: readonly object[]) => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', managedFields } },
})
const wanted = {
  ...deployment([]),
  spec: { replicas: 1, template: { spec: { containers: [{ name: 'web', image: 'web:2' }] } } },
}
const image = { 'f:template': { 'f:spec': container({ 'f:image': {} }) } }

test('what kubectl set or edited and the release wants is named, with who did it', () => {
  const live = deployment([entry('kubectl-set', image), entry('kubectl-edit', { 'f:replicas': {} })])
  expect(othersFields(live, wanted)).toEqual([
    'kubectl-set: spec.template.spec.containers[{"name":"web"}].image',
    'kubectl-edit: spec.replicas',
  ])
})

test('not what it does not want, subresources, helm, Sealift and controllers', () => {
  const live = deployment([
    entry('kubectl-edit', { 'f:paused': {}, ...{ 'f:template': { 'f:spec': container({ 'f:tty': {} }) } } }),
    entry('kubectl', { 'f:replicas': {} }, { subresource: 'scale' }),
    ...['helm', 'sealift', 'k3s', 'kube-controller-manager'].map(one => entry(one, image)),
  ])
  expect(othersFields(live, wanted)).toEqual([])
})

test('an item of a list is found by a key that the chart leaves to its default', () => {
  const service = { apiVersion: 'v1', kind: 'Service', spec: { ports: [{ port: 80, targetPort: 8080 }] } }
  const fields = { 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:targetPort': {} } } }
  const live = deployment([entry('kubectl-patch', fields)])
  expect(othersFields(live, { ...service, metadata: { name: 'web' } })).toEqual([
    'kubectl-patch: spec.ports[{"port":80,"protocol":"TCP"}].targetPort',
  ])
})

test('odd managed fields are none', () => {
  for (const managedFields of [
    undefined,
    'x',
    [null, 1, { manager: 'kubectl', fieldsV1: { 'f:spec': { 'k:{': {} } } }],
  ])
    expect(othersFields({ ...wanted, metadata: { name: 'web', managedFields } }, wanted)).toEqual([])
})

test('helm 3 updates, helm 4 applies', () => {
  expect(isOfHelm3(deployment([entry('helm', image)]))).toBe(true)
  expect(isOfHelm3(deployment([entry('helm', image, { operation: 'Apply' })]))).toBe(false)
  expect(isOfHelm3(deployment([entry('kubectl', image)]))).toBe(false)
})
