/** What is used, where nobody lets us measure it. */
import { expect, test } from 'vitest'
import { budgetText } from '../../../../src/cli/budget-table.ts'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { digestOf } from '../../../../src/kernel/oci/index.ts'
import { observeBudget, usageIfAny } from '../../../../src/site/check/observed-budget.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { sampleBundle } from '../../../support/sample-bundle.ts'

const denied = {
  usage: () => Promise.reject(new SealiftError('CLUSTER_DENIED', 'not allowed to get nodes/proxy')),
}
const receipt = {
  site: 'bank-prod',
  bundle: digestOf('1'),
  at: '',
  key: 'unsigned',
  lock: sampleBundle().lock,
} as const

test('an install says so, and shows no measure', async () => {
  const talk = recordedTalk()
  const account = observeBudget(receipt, await usageIfAny(denied, talk))
  expect(talk.told).toContain('warning: what is used could not be measured: not allowed to get nodes/proxy')
  expect(budgetText(account)).toContain('observed: nothing was measured')
})

test('anything but the cluster’s refusal is a fault', async () => {
  const broken = { usage: () => Promise.reject(new TypeError('broken')) }
  await expect(usageIfAny(broken, recordedTalk())).rejects.toThrow('broken')
})
