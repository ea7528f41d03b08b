import { expect, test } from 'vitest'
import type { InstallPlan } from '../../../../src/site/plan/index.ts'
import { printPlan, readPlan } from '../../../../src/site/plan/index.ts'
import { memoryFiles } from '../../../support/memory-files.ts'
import { rejection } from '../wire/memory.ts'
import { emptyPlan } from './empty-plan.ts'

const digest = `sha256:${'0'.repeat(64)}` as const
const plan: InstallPlan = {
  ...emptyPlan,
  releases: [{ change: 'create', kind: 'release', name: 'demo', detail: 'it is not there' }],
  objects: [
    {
      ...{
        change: 'change',
        apiVersion: 'v1',
        kind: 'Secret',
        namespace: 'demo',
        name: 'keys',
        step: 'database',
      },
      fields: [{ path: 'data.SITE_URL', kind: 'changed' }],
      more: 0,
    },
  ],
}

async function read(text: string) {
  const files = memoryFiles()
  await files.write('plan.yaml', text)
  return await readPlan('plan.yaml', files)
}

test('a plan is read as it was written, and is written the same again', async () => {
  const text = printPlan(plan)
  expect(await read(text)).toEqual(plan)
  expect(printPlan(await read(text))).toBe(text)
  // Whatever order its keys have.
  expect(printPlan(Object.fromEntries(Object.entries(plan).reverse()) as InstallPlan)).toBe(text)
})

test.each([
  ['no YAML', 'a: [', /line|flow|unexpected/i],
  ['something else', 'apiVersion: sealift.dev/v1\nkind: Bundle\n', /kind/],
  ['a plan with a field that nobody knows', `${printPlan(plan)}rights: all\n`, /rights/],
  ['a plan without its objects', printPlan(plan).replace(/^objects:[\s\S]*?(?=^nodes)/m, ''), /objects/],
  ['a plan with a digest that is none', printPlan(plan).replace(digest, 'sha256:00'), /bundle\.digest/],
  ['nothing', '', /./],
])('%s is refused with its faults', async (_, text, words) => {
  const error = await rejection(read(text))
  expect(error).toMatchObject({ code: 'PLAN_INVALID', exitCode: 63 })
  expect(error.faults.join('\n')).toMatch(words)
})
