import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import type { Random, Secret } from '../ports/index.ts'

const iterations = 4096

/**
 * What PostgreSQL stores for a password with SCRAM-SHA-256, computed here so that the password itself is in no
 * statement and no server log: `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`, base64.
 * Format: https://www.postgresql.org/docs/current/catalog-pg-authid.html; keys: RFC 5802, section 3.
 * `password` must be ASCII: others would have to go through SASLprep first.
 */
export function scramVerifier(password: Secret, random: Random): string {
  const salt = random.bytes(16)
  const salted = pbkdf2Sync(password.reveal(), salt, iterations, 32, 'sha256')
  const stored = createHash('sha256').update(hmac(salted, 'Client Key')).digest('base64')
  const server = hmac(salted, 'Server Key').toString('base64')
  return `SCRAM-SHA-256$${iterations}:${Buffer.from(salt).toString('base64')}$${stored}:${server}`
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
