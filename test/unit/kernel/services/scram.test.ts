import { createHash, createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../../../src/kernel/ports/index.ts'
import { scramVerifier } from '../../../../src/kernel/services/index.ts'
import { countingRandom } from '../../site/wire/memory.ts'

describe('scramVerifier', () => {
  it('holds what PostgreSQL needs to check the password, and not the password', () => {
    const verifier = scramVerifier(new Secret('pencil'), countingRandom())
    const [, salt = '', stored = '', server = ''] =
      /^SCRAM-SHA-256\$4096:([^$]+)\$([^:]+):(.+)$/.exec(verifier) ?? []
    expect(Buffer.from(salt, 'base64')).toEqual(Buffer.from(Array.from({ length: 16 }, (_, byte) => byte)))
    // Hi() of RFC 5802 written out, so that the verifier is not checked with itself.
    let u = createHmac('sha256', 'pencil')
      .update(Buffer.concat([Buffer.from(salt, 'base64'), Buffer.from([0, 0, 0, 1])]))
      .digest()
    const salted = Buffer.from(u)
    for (let round = 1; round < 4096; round += 1) {
      u = createHmac('sha256', 'pencil').update(u).digest()
      for (const [at, byte] of u.entries()) salted[at] = (salted[at] ?? 0) ^ byte
    }
    const clientKey = createHmac('sha256', salted).update('Client Key').digest()
    expect(stored).toBe(createHash('sha256').update(clientKey).digest('base64'))
    expect(server).toBe(createHmac('sha256', salted).update('Server Key').digest('base64'))
  })
})
