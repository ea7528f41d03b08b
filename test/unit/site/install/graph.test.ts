import { expect, test } from 'vitest'
import { readySteps } from '../../../../src/site/install/graph.ts'
import { requireGraph } from '../../../../src/site/install/index.ts'

const node = (id: string, ...needs: string[]) => ({ id, needs })

test('steps that can all come to their turn are fine', () => {
  requireGraph([node('last', 'a', 'b'), node('a'), node('b', 'a')])
  requireGraph([])
})

test.each([
  ['a need that is no step', [node('a', 'b')], 'step a needs b, which is no step'],
  ['two of one id', [node('a'), node('a')], 'two steps have one id'],
  ['a step that needs itself', [node('a', 'a')], 'steps wait for one another: a'],
  [
    'a circle',
    [node('x'), node('a', 'c'), node('b', 'a'), node('c', 'b')],
    'steps wait for one another: a, b, c',
  ],
])('%s is a fault of ours', (_, steps, message) => {
  expect(() => requireGraph(steps)).toThrow(message)
})

test('what has begun does not begin again, and what waits for it waits on', () => {
  const steps = [node('a'), node('b'), node('c', 'a'), node('d', 'a', 'b')]
  const ids = (done: string[], begun: string[]) =>
    readySteps(steps, new Set(done), new Set(begun)).map(({ id }) => id)
  expect(ids([], [])).toEqual(['a', 'b'])
  expect(ids(['a'], ['a', 'b'])).toEqual(['c'])
  expect(ids(['a', 'b'], ['a', 'b', 'c'])).toEqual(['d'])
})
