import { expect, test } from 'vitest'
import { differencesBy } from '../../../../src/seal/render/differences-by.ts'

/** What is found with a chart that renders `base` and whatever this gives, and how often it was rendered. */
async function found(
  open: string[],
  chart: (has: (api: string) => boolean) => string[] | undefined,
  inWords: string[] = [],
) {
  let renderings = 0
  const outline = async (claimed: readonly string[]) => {
    renderings += 1
    const items = chart(api => claimed.includes(api))
    return items && new Set(items)
  }
  const base = new Set(chart(() => false))
  return { differences: await differencesBy(open, base, outline, inWords), renderings: () => renderings }
}
const many = Array.from({ length: 64 }, (_, i) => `x${i}`)

test('nothing is found with one rendering', async () => {
  const { differences, renderings } = await found(many, () => ['base'])
  expect([differences, renderings()]).toEqual([[], 1])
})

test('one of many is found by halving, with what comes and what goes', async () => {
  const { differences, renderings } = await found(many, has => (has('x40') ? ['new'] : ['base']))
  expect(differences).toEqual([{ apis: ['x40'], change: { more: ['new'], less: ['base'] } }])
  expect(renderings()).toBeLessThan(16)
})

test('two that matter only together are one difference', async () => {
  const { differences } = await found(many, has => (has('x3') && has('x50') ? ['a', 'b'] : ['a']))
  expect(differences).toEqual([{ apis: ['x50', 'x3'], change: { more: ['b'], less: [] } }])
})

test('an alternative, and one that matters beside another, are found as well', async () => {
  const { differences } = await found(many, has => [
    ...(has('x1') ? ['one'] : has('x2') ? ['two'] : []),
    ...(has('x1') && has('x7') ? ['beside'] : []),
  ])
  expect(differences.map(({ apis }) => apis)).toEqual([['x1'], ['x2'], ['x7']])
})

test('what cannot be rendered is a difference without an account of it', async () => {
  const { differences } = await found(many, has => (has('x9') ? undefined : has('x5') ? ['a', 'b'] : ['a']))
  expect(differences).toEqual([{ apis: ['x5'], change: { more: ['b'], less: [] } }, { apis: ['x9'] }])
})

test('answers that cancel each other out are found where they are tried alone', async () => {
  const chart = (has: (api: string) => boolean) => (has('x1') && !has('x2') ? ['a', 'b'] : ['a'])
  const { differences } = await found(many, chart, ['x1', 'x2'])
  expect(differences).toEqual([
    { apis: ['x1'], change: { more: ['b'], less: [] } },
    // Beside the first it takes back what that brings.
    { apis: ['x2'], change: { more: [], less: ['b'] } },
  ])
})

test('many that are asked for in so many words take a rendering each, and a few more', async () => {
  const words = many.slice(0, 20)
  const chart = (has: (api: string) => boolean) => words.filter(has)
  const { differences, renderings } = await found(many, chart, words)
  expect(differences.flatMap(({ apis }) => apis)).toEqual(words)
  expect(renderings()).toBeLessThan(24)
})

test('a chart without end of questions ends', async () => {
  const { differences } = await found(many, has => many.filter(has))
  expect(differences).toHaveLength(20)
})
