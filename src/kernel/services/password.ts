import { type Random, Secret } from '../ports/index.ts'

// 16 letters of each case and 8 digits without look-alikes: one random byte gives one letter and one digit.
const letters = 'ABCDEFGHJKLMNPQRabcdefghijkmnpqr'
const digits = '23456789'

/**
 * A password of 128 random bits, 35 characters that need no quoting in a URI. Letters and digits alternate:
 * servers refuse passwords with the same character many times over, and want both cases.
 */
export function makePassword(random: Random): Secret {
  const body = Array.from(random.bytes(16), byte => `${letters[byte >> 3]}${digits[byte & 7]}`)
  return new Secret(`Sl-${body.join('')}`)
}
