import { expect, test } from 'vitest'
import { preflightText } from '../../../../src/cli/preflight/index.ts'
import { samplePreflight } from './sample.ts'

test('groups, a line a check, what to do below it, and the sum', () => {
  expect(preflightText(samplePreflight())).toBe(`The bundle
  ✔ bundle/readable   seen
  ! bundle/signature  warning: seen
                      → name a key

PostgreSQL, Dragonfly and keys
  ✖ postgresql        fault: seen
                      → upgrade it seen
  ? postgresql/clock  not looked at: seen

site bank-prod: 1 fault, 1 warning, 1 not looked at, 1 ok; nothing was changed`)
})

test('without a check there is still a sum', () => {
  const counts = { ok: 0, warning: 0, fault: 0, 'not-looked-at': 0 }
  expect(preflightText({ ...samplePreflight(), checks: [], counts })).toContain('site bank-prod')
})
