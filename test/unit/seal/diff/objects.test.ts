import { describe, expect, test } from 'vitest'
import { renderedObjects } from '../../../../src/kernel/objects/index.ts'
import { objectChanges } from '../../../../src/seal/diff/index.ts'

const placed = (yaml: string, namespace = 'apps') =>
  renderedObjects('app', yaml).map(object => ({ object, namespace }))
const object = (kind: string, name: string, more = '') =>
  `---\nkind: ${kind}\nmetadata: {name: ${name}${more}}\n`

describe('objects', () => {
  test('that came, went, changed; equal ones are not told', () => {
    const service = object('Service', 'same')
    const before = placed(
      `${service}${object('ConfigMap', 'gone')}${object('Deployment', 'x')}spec: {replicas: 1}\n`,
    )
    const after = placed(
      `${object('ConfigMap', 'new')}${service}${object('Deployment', 'x')}spec: {replicas: 2}\n`,
    )
    const fields = [{ path: 'spec.replicas', kind: 'changed', before: '1', after: '2' }]
    const config = { kind: 'ConfigMap', namespace: 'apps', fields: [], more: 0 }
    expect(objectChanges(before, after)).toEqual([
      { change: 'removed', ...config, name: 'gone' },
      { change: 'added', ...config, name: 'new' },
      { change: 'changed', kind: 'Deployment', namespace: 'apps', name: 'x', fields, more: 0 },
    ])
  })

  test('are told apart by namespace: their own, or that of their release', () => {
    const before = placed(object('ConfigMap', 'x', ', namespace: own'))
    expect(objectChanges(before, placed(object('ConfigMap', 'x'), 'own'))).toMatchObject([
      { change: 'changed', namespace: 'own', fields: [{ path: 'metadata.namespace', kind: 'removed' }] },
    ])
    const moved = objectChanges(placed(object('ConfigMap', 'x'), 'a'), placed(object('ConfigMap', 'x'), 'b'))
    expect(moved.map(({ change, namespace }) => [change, namespace])).toEqual([
      ['removed', 'a'],
      ['added', 'b'],
    ])
  })

  test.each(['ClusterRole', 'CustomResourceDefinition', 'ValidatingWebhookConfiguration'])(
    '%s belongs to the cluster, whatever the release',
    kind => {
      expect(objectChanges(placed(object(kind, 'x'), 'a'), placed(object(kind, 'x'), 'b'))).toEqual([])
      expect(objectChanges([], placed(object(kind, 'x')))[0]).not.toHaveProperty('namespace')
    },
  )

  test('of a Secret the paths, never a value', () => {
    const secret = (value: string) => placed(`${object('Secret', 's')}stringData: {password: ${value}}\n`)
    const found = objectChanges(secret('hunter2'), secret('hunter3'))
    expect(found).toMatchObject([{ fields: [{ path: 'stringData.password', kind: 'changed' }] }])
    expect(JSON.stringify(found)).not.toContain('hunter')
  })
})
