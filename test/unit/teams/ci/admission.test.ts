import { describe, expect, test } from 'vitest'
import type { OidcLogin } from '../../../../src/kernel/ports/index.ts'
import { admission, type Claims } from '../../../../src/teams/ci/index.ts'

const login = (changes: Partial<OidcLogin>): OidcLogin => ({
  ...{ kind: 'oidc', issuer: '', audiences: [], subject: '', claims: {}, ttl: 1, maxTtl: 1 },
  ...{ discovery: 'https://x', ca: '' },
  ...changes,
})
const fits = (pattern: string, value: unknown) =>
  admission(login({ claims: { c: [pattern] } }), { c: value } as Claims).admitted

describe('a pattern', () => {
  test.each([
    ['repo:openova/*:ref:refs/heads/main', 'repo:openova/app:ref:refs/heads/main', true],
    // Recorded: a * also spans slashes.
    ['repo:openova/*:ref:refs/heads/main', 'repo:openova/a/b:ref:refs/heads/main', true],
    ['repo:openova/*:ref:refs/heads/main', 'repo:openova-evil/app:ref:refs/heads/main', false],
    ['repo:openova*', 'repo:openova-evil/app:ref:refs/heads/main', true],
    ['repo:openova/app*:ref:refs/heads/main', 'repo:openova/app-evil:ref:refs/heads/main', true],
    ['repo:openova/**', 'repo:openova/app:ref:refs/heads/main', true],
    // By hand on the server: what the file does not take.
    ['!openova/app', 'somebody/app', true],
    ['{a,b}', 'b', true],
    ['a', 'A', false],
    ['', 'x', false],
  ])('%j against %j: %s', (pattern, value, expected) => {
    expect(fits(pattern, value)).toBe(expected)
  })

  test.each([
    ['true', true, true],
    ['false', true, false],
    ['42', 42, true],
    ['4*', 42, false],
    ['a', ['b', 'a'], true],
    ['a', { a: 'a' }, false],
    ['a', null, false],
    ['*', '', false],
  ])('%j against the value %j, which is no text: %s', (pattern, value, expected) => {
    expect(fits(pattern, value)).toBe(expected)
  })
})

test('a login that requires nothing lets everybody in, and is told so', () => {
  expect(admission(login({}), {})).toEqual({ admitted: true, rule: 'nothing is required' })
})

test('one of several audiences is enough', () => {
  const of = (aud: unknown) => admission(login({ audiences: ['a', 'b'] }), { aud }).admitted
  expect([of('a'), of(['x', 'b']), of('c'), of(undefined)]).toEqual([true, true, false, false])
})

test('a claim is shown short and printable', () => {
  const { rule } = admission(login({ claims: { ref: ['x'] } }), { ref: `\u001b[31m${'y'.repeat(500)}` })
  expect(rule.length).toBeLessThan(200)
  expect(rule).not.toContain('\u001b')
})
