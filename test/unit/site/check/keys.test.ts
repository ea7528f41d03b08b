import { describe, expect, test } from 'vitest'
import { judgeKeys, observeKeys } from '../../../../src/site/check/index.ts'

const here = 'aaaa-bbbb-cccc-dddd'
const escrow = {
  fingerprint: here,
  recipients: ['age1x', 'age1y'],
  madeAt: '2026-11-29T00:00:00.000Z',
  file: '',
}
const others = { ...escrow, fingerprint: '0000-1111-2222-3333' }

describe('keys', () => {
  test.each([
    ['escrowed, whatever the site file says not', { escrow }, undefined, 'escrowed', true],
    ['escrowed though it was refused', { escrow }, 'none', 'escrowed', true],
    ['escrowed for those who are named, in any order', { escrow }, ['age1y', 'age1x'], 'escrowed', true],
    ['escrowed for others than are named', { escrow }, ['age1z'], 'other-recipients', false],
    ['not escrowed any more', { escrow: others }, undefined, 'other-keys', false],
    ['not escrowed any more, as is wanted', { escrow: others }, 'none', 'refused', true],
    ['never escrowed', {}, undefined, 'none', true],
    ['never escrowed, as is wanted', {}, 'none', 'refused', true],
    ['never escrowed, though it is wanted', { fingerprint: here }, ['age1x'], 'none', false],
  ] as const)('are %s', (_, record, site, state, ok) => {
    const wanted = typeof site === 'object' ? [...site] : site
    const found = observeKeys(here, record, wanted)
    expect(found.state).toBe(state)
    const verdict = judgeKeys('keys/escrow', found, wanted)
    expect(verdict).toMatchObject({ id: 'keys/escrow', ok, message: expect.stringContaining(here) })
    expect(verdict.hint === undefined).toBe(state === 'escrowed' || state === 'refused')
  })
})
