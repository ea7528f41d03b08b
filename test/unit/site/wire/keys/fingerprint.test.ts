import { expect, test } from 'vitest'
import { Secret } from '../../../../../src/kernel/ports/index.ts'
import { fingerprintOf, makeKeys } from '../../../../../src/site/wire/keys/index.ts'
import { countingRandom } from '../memory.ts'

const keys = makeKeys(countingRandom())

test('is of both keys, the same wherever it is made, and 64 bits for people to compare', () => {
  // Escrows and databases hold it: another way to make it would fit none of them.
  expect(fingerprintOf(keys)).toBe('ab73-7ca4-b6e3-7981')
  expect(fingerprintOf({ ...keys, authSecret: new Secret('x') })).not.toBe(fingerprintOf(keys))
  expect(fingerprintOf({ ...keys, encryptionKey: new Secret('x') })).not.toBe(fingerprintOf(keys))
})

test('tells where one key ends and the other begins', () => {
  const [one, other] = [
    ['ab', 'c'],
    ['a', 'bc'],
  ].map(([encryptionKey = '', authSecret = '']) =>
    fingerprintOf({ encryptionKey: new Secret(encryptionKey), authSecret: new Secret(authSecret) }),
  )
  expect(one).not.toBe(other)
})
