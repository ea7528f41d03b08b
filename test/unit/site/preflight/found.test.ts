import { expect, test } from 'vitest'
import { type KubernetesObject, kinds } from '../../../../src/kernel/ports/index.ts'
import {
  counts,
  fault,
  judgeAdmission,
  judgeName,
  notLookedAt,
  ok,
  podSecurityOf,
  together,
  warning,
} from '../../../../src/site/preflight/index.ts'

test('several findings are as bad as the worst, which comes first', () => {
  expect(together([], ok('fine'))).toEqual(ok('fine'))
  expect(together([warning('w', 'do w'), fault('f', 'do f'), ok('o')], ok('fine'))).toEqual({
    result: 'fault',
    seen: 'f; w; o',
    next: 'do f; do w',
  })
  expect(together([notLookedAt('n'), warning('w', 'do')], ok('fine')).result).toBe('not-looked-at')
  expect(together([warning('a', 'do'), warning('b', 'do')], ok('fine')).next).toBe('do')
})

test('counts say how many ended in which way', () => {
  expect(counts([ok('a'), ok('b'), fault('c', 'd')])).toEqual({
    ok: 2,
    warning: 0,
    fault: 1,
    'not-looked-at': 0,
  })
})

test('pods that are let in, and where they were tried', () => {
  const nothing = { refusals: [], doubts: [] }
  expect(judgeAdmission(nothing, { namespace: 'infisical', level: 'restricted' })).toEqual({
    result: 'ok',
    seen: 'each pod would be let in; tried in namespace infisical, which enforces Pod Security restricted',
  })
  expect(judgeAdmission(nothing, { namespace: 'infisical', instead: 'default' }).seen).toContain(
    'namespace infisical is not there yet: tried in default instead',
  )
})

test('a refusal is a fault, a doubt a warning', () => {
  const refused = { refusals: ['Deployment x: its pod would be refused: privileged'], doubts: ['y'] }
  expect(judgeAdmission(refused, { namespace: 'infisical' })).toMatchObject({
    result: 'fault',
    seen: expect.stringContaining('its pod would be refused: privileged'),
  })
  expect(judgeAdmission({ refusals: [], doubts: ['y'] }, { namespace: 'infisical' }).result).toBe('warning')
})

test('the level of Pod Security is the namespace’s own label', () => {
  const namespace = (labels: Record<string, string>): KubernetesObject => ({
    ...kinds.namespace,
    metadata: { name: 'x', labels },
  })
  expect(podSecurityOf(namespace({ 'pod-security.kubernetes.io/enforce': 'baseline' }))).toBe('baseline')
  expect(podSecurityOf(namespace({ 'pod-security.kubernetes.io/warn': 'baseline' }))).toBeUndefined()
})

test('a name that resolves, and one that does not; in the cluster it was not looked up', () => {
  const found = judgeName('infisical.bank.local', ['10.0.0.1', '10.0.0.1'])
  expect(found).toMatchObject({ result: 'ok', seen: expect.stringContaining('is 10.0.0.1 to this machine;') })
  expect(found.seen).toContain('in the cluster it was not looked up')
  expect(judgeName('infisical.bank.local', [])).toMatchObject({
    result: 'warning',
    seen: expect.stringContaining('finds no address for infisical.bank.local'),
  })
})
