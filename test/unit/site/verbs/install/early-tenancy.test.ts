/** What is done at Infisical while External Secrets Operator still comes up. */
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { TemporaryHelm } from '../../../../../src/kernel/ports/index.ts'
import { installOn } from '../memory-site.ts'
import { memoryWorld } from '../memory-world.ts'

test('the least tenancy is made as soon as Infisical is set up, and told with the store', async () => {
  const { host, helm, infisical } = await memoryWorld()
  const made = () => infisical.calls.some(call => call.startsWith('createClientSecret'))
  const upgrade: TemporaryHelm['upgrade'] = async (...asked) => {
    for (let turns = 0; asked[0].release === 'eso' && !made(); turns++) {
      if (turns === 10_000) throw new Error('nothing is made before External Secrets Operator is up')
      await turn()
    }
    return await helm.upgrade(...asked)
  }
  const slow = { ...host, helmFrom: async () => ({ ...helm, upgrade }) }
  const { steps } = (await installOn(slow, '1.0.0')) as { steps: { id: string; skipped: boolean }[] }
  expect(steps.filter(({ id }) => ['bootstrap', 'store'].includes(id))).toMatchObject([
    { id: 'bootstrap', skipped: false },
    { id: 'store', skipped: false },
  ])
})
