import { printable, SealiftError } from '../../../kernel/errors/index.ts'
import { Secret } from '../../../kernel/ports/index.ts'
import { ageLibrary } from './library.ts'

/** Where a recipient was written, in words: `--to`, `line 3 of team.txt`. */
export interface Given {
  readonly text: string
  readonly where: string
}

/** The recipients in a file such as `age -R` reads: one a line, with empty lines and `#` comments. */
export function recipientsIn(text: string, path: string): Given[] {
  const lines = text
    .split(/\r?\n/)
    .map((line, at) => ({ text: line.trim(), where: `line ${at + 1} of ${path}` }))
  return lines.filter(({ text }) => text !== '' && !text.startsWith('#'))
}

/**
 * Age recipients that an escrow can be written to, each once: `age1…` (X25519), `age1pq1…` (with ML-KEM), `age1tag1…`
 * and `age1tagpq1…` (keys in hardware), https://c2sp.org/age.
 * @throws SealiftError KEY_INVALID with a fault for each that is none; a secret key among them is not repeated
 */
export async function requireRecipients(given: readonly Given[]): Promise<readonly string[]> {
  const found = await Promise.all(given.map(faultOf))
  const faults = found.filter(fault => fault !== undefined)
  const recipients = [...new Set(given.map(({ text }) => text.trim()))]
  const hybrid = recipients.filter(text => /^age1(pq|tagpq)1/.test(text))
  if (faults.length === 0 && hybrid.length > 0 && hybrid.length < recipients.length)
    faults.push(
      'recipients with post-quantum keys (age1pq1…, age1tagpq1…) and others cannot be mixed: the others would undo what they are for',
    )
  if (recipients.length === 0) faults.push('there is no recipient')
  if (faults.length === 0) return recipients
  throw new SealiftError('KEY_INVALID', 'nothing can be encrypted to these recipients', {
    faults,
    hints: ['age-keygen -o identity.txt makes an identity; the age1… that it prints is its recipient'],
  })
}

async function faultOf({ text, where }: Given): Promise<string | undefined> {
  const one = text.trim()
  if (/^AGE-(SECRET-KEY|PLUGIN)-/i.test(one))
    return `${where}: this is an identity, which opens what was encrypted, and no recipient; whoever has seen it can: make another`
  if (/^(ssh|ecdsa|sk)-/.test(one))
    return `${where}: SSH keys are no recipients here; make an age identity, and take its age1…`
  const { Encrypter } = await ageLibrary()
  try {
    new Encrypter().addRecipient(one)
    return undefined
  } catch {
    const shown = one.startsWith('age1') ? ` ${printable(one, 80)}` : ''
    return `${where}:${shown} is no age recipient that Sealift can encrypt to, or is mistyped`
  }
}

/**
 * An identity that lives as long as this process, and its recipient, of the kind that can stand beside others: with it what
 * is encrypted to these people can be opened once more by the run that wrote it, and by nobody who comes later.
 */
export async function temporaryIdentity(
  beside: readonly string[],
): Promise<{ readonly identity: Secret; readonly recipient: string }> {
  const { generateHybridIdentity, generateX25519Identity, identityToRecipient } = await ageLibrary()
  const hybrid = beside.some(text => /^age1(pq|tagpq)1/.test(text))
  const identity = await (hybrid ? generateHybridIdentity() : generateX25519Identity())
  return { identity: new Secret(identity), recipient: await identityToRecipient(identity) }
}
