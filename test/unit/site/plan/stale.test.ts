/** What counts as moved since a plan was made; which moves are seen on a whole site is of `install --plan`. */
import { expect, test } from 'vitest'
import type { KubernetesObject } from '../../../../src/kernel/ports/index.ts'
import { plannedObjects } from '../../../../src/site/plan/planned-objects.ts'
import { refuseStale } from '../../../../src/site/plan/stale.ts'
import { emptyPlan } from './empty-plan.ts'

const map = (data: object, apiVersion = 'v1'): KubernetesObject => ({
  ...{ apiVersion, kind: 'ConfigMap', metadata: { name: 'a', namespace: 'demo' } },
  data,
})
/** A plan that changes objects to one state, from another. */
const planOf = (...pairs: readonly (readonly [KubernetesObject, KubernetesObject])[]) => ({
  ...emptyPlan,
  objects: plannedObjects(pairs.map(([first, now]) => ({ step: 's', first, now, wanted: now }))),
})
const faults = (then: ReturnType<typeof planOf>, now: ReturnType<typeof planOf>) => {
  try {
    refuseStale(then, now)
    return []
  } catch (error) {
    return (error as { faults: string[] }).faults
  }
}
const many = (last: string) =>
  map({ ...Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`k${i}`, 'old'])), z: last })
const wanted = map({
  ...Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`k${i}`, 'new'])),
  z: 'new',
})

test.each([
  ['beyond the fields that are told', many('one'), many('two'), wanted],
  ['in a text of lines', map({ a: 'x\none' }), map({ a: 'x\ntwo' }), map({ a: 'x\nnew' })],
  [
    'in the end of a long text',
    map({ a: `${'x'.repeat(130)}1` }),
    map({ a: `${'x'.repeat(130)}2` }),
    map({}),
  ],
])('what has moved %s is another plan', (_, then, now, after) => {
  expect(faults(planOf([then, after]), planOf([then, after]))).toEqual([])
  expect(faults(planOf([then, after]), planOf([now, after]))).toEqual([
    'ConfigMap demo/a was to be changed, and now otherwise',
  ])
})

test('of two objects with one title neither hides the other', () => {
  const other = [map({ a: '1' }, 'example.com/v1'), map({ a: '2' }, 'example.com/v1')] as const
  const own = (value: string) => [map({ a: value }), map({ a: 'new' })] as const
  expect(faults(planOf(own('one'), other), planOf(own('one'), other))).toEqual([])
  expect(faults(planOf(own('one'), other), planOf(own('two'), other))).toEqual([
    'ConfigMap demo/a was to be changed, and now otherwise',
  ])
})

test('no digest of what seems secret is in a plan', () => {
  const secret = { ...map({ a: 'x\none' }), kind: 'Secret' }
  const [planned] = planOf([secret, { ...secret, data: { a: 'x\ntwo' } }]).objects
  expect(planned).not.toHaveProperty('digest')
  const [config] = planOf([map({ PASSWORD: 'one' }), map({ PASSWORD: 'two' })]).objects
  expect(config).not.toHaveProperty('digest')
})
