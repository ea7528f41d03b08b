import { expect, it } from 'vitest'
import { samePermissions } from '../../../../src/kernel/access/index.ts'

const read = {
  subject: 'secrets',
  action: ['describeSecret', 'readValue'],
  conditions: { environment: 'prod', secretPath: { $glob: '/a/**' } },
}
const other = { subject: 'secret-folders', action: ['read'] }

it.each([
  ['another order of rules', [other, read]],
  ['another order of actions', [{ ...read, action: ['readValue', 'describeSecret'] }, other]],
  [
    'another order of conditions',
    [{ ...read, conditions: { secretPath: { $glob: '/a/**' }, environment: 'prod' } }, other],
  ],
  [
    'what the server fills in',
    [
      { ...read, inverted: false },
      { ...other, action: 'read', inverted: false },
    ],
  ],
])('takes rules in %s for the same', (_, rules) => {
  expect(samePermissions(rules, [read, other])).toBe(true)
})

it.each([
  ['one rule less', [read]],
  ['a rule twice', [read, other, other]],
  ['an action more', [{ ...read, action: [...read.action, 'edit'] }, other]],
  ['another path', [{ ...read, conditions: { ...read.conditions, secretPath: { $glob: '/**' } } }, other]],
  ['no conditions', [{ subject: 'secrets', action: read.action }, other]],
  ['a rule that forbids', [{ ...read, inverted: true }, other]],
  ['something else than rules', 'all'],
  ['nothing', undefined],
])('does not take %s for the same', (_, rules) => {
  expect(samePermissions(rules, [read, other])).toBe(false)
})
