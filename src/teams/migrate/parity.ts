import { createHmac } from 'node:crypto'
import type { NamedSecret, Secret } from '../../kernel/ports/index.ts'
import { isKept } from './plan.ts'
import { shown } from './unfit/index.ts'

/** A secret as it should be read: exactly, or as the server was known to change it where somebody has accepted that. */
export interface Expected extends NamedSecret {
  readonly accepted: boolean
}

/** What came of reading secrets back. */
export interface Parity {
  /** Digests of what is read, by name: with a key that is thrown away, so that nobody can try values. */
  readonly digests: ReadonlyMap<string, string>
  /** What is read otherwise than it should be. */
  readonly different: readonly { readonly name: string; readonly why: string }[]
  /** Names of what is read otherwise than it was found, which was accepted. */
  readonly changed: readonly string[]
}

/** Makes digests that can be compared with each other, and with nothing else. @param key 32 random bytes */
export function digesting(key: Uint8Array): (value: Secret) => string {
  return value => createHmac('sha256', key).update(value.reveal()).digest('hex')
}

/**
 * Compares what was found with what is read, digest by digest.
 * @param read by name @param digest as of {@link digesting} @param written what the server keeps, where
 * references in it are replaced when they are read
 */
export function compareRead(
  expected: readonly Expected[],
  read: ReadonlyMap<string, Secret>,
  digest: (value: Secret) => string,
  written?: ReadonlyMap<string, Secret>,
): Parity {
  const digests = new Map<string, string>()
  const different: { name: string; why: string }[] = []
  const changed: string[] = []
  for (const { name, value, accepted } of expected) {
    const now = read.get(name)
    if (now === undefined) {
      different.push({ name, why: `${shown(name)} is not there` })
      continue
    }
    digests.set(name, digest(now))
    if (digest(now) === digest(value)) continue
    const replaced = value.reveal().includes('${') && isKept(written?.get(name), value)
    if (accepted && (isKept(now, value) || replaced)) changed.push(name)
    else different.push({ name, why: `${shown(name)} ${how(value, now)}` })
  }
  return { digests, different, changed }
}

/** How a value is read otherwise, without saying anything of it. */
function how(value: Secret, now: Secret): string {
  if (isKept(now, value)) return 'is read without the white space around it'
  if (now.reveal() === '') return 'is read as nothing'
  return 'is read as another value'
}
