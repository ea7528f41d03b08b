import picomatch from 'picomatch'
import { printable, SealiftError } from '../../kernel/errors/index.ts'
import type { Login } from '../../kernel/ports/index.ts'
import { inTime } from './in-time.ts'

/** What a token says. */
export type Claims = Readonly<Record<string, unknown>>

/** Whether a token is let in, and by which rule it is not. */
export interface Admission {
  readonly admitted: boolean
  /** The rule that refuses it, or that all are met, in a sentence without its end. */
  readonly rule: string
}

/**
 * Whether a server that has this login would let in whoever shows a good token with these claims; signature and times
 * are taken for good. The same rules in the same order as upstream's identity-oidc-auth-service and
 * identity-jwt-auth-service of 2026-07, held to recorded logins by test/contract/infisical.
 * @throws SealiftError TENANCY_INVALID for a pattern that takes too long to try
 */
export function admission(login: Login, claims: Claims): Admission {
  const { issuer, subject, audiences } = login
  if (issuer !== '' && claims['iss'] !== issuer) return refused('iss', claims['iss'], [issuer])
  const { sub, aud } = claims
  if (subject !== '' && !fits(sub ?? '', subject)) return refused('sub', sub, [subject])
  if (audiences.length > 0 && !fitsOne(aud ?? '', audiences)) return refused('aud', aud, audiences)
  for (const [name, texts] of Object.entries(login.claims)) {
    const value = valueAt(claims, name)
    if (!value || !fitsOne(value, texts)) return refused(name, value, texts)
  }
  const bound = [
    ...(issuer === '' ? [] : ['iss']),
    ...(subject === '' ? [] : ['sub']),
    ...(audiences.length === 0 ? [] : ['aud']),
    ...Object.keys(login.claims),
  ]
  return { admitted: true, rule: bound.length === 0 ? 'nothing is required' : `${bound.join(', ')} fit` }
}

function refused(name: string, value: unknown, texts: readonly string[]): Admission {
  const found = value ? `${name} is ${printable(shown(value), 100)}` : `there is no ${name}`
  return { admitted: false, rule: `${found}, and must be ${printable(texts.join(' or '), 200)}` }
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))

const fitsOne = (value: unknown, texts: readonly string[]) => texts.some(text => fits(value, text))

/** Whether a claim fits a text of the server's: a pattern for texts, `*` of which also spans slashes. */
function fits(value: unknown, text: string): boolean {
  if (typeof value === 'boolean') return value === (text === 'true')
  if (typeof value === 'number') return value === Number.parseInt(text, 10)
  if (Array.isArray(value)) return value.some(one => fits(one, text))
  if (value === text) return true
  return typeof value === 'string' && value !== '' && text !== '' && matches(value, text)
}

// A pattern may be made so that its trial takes years, by whoever writes the file or rules the server.
const longest = 2_000

/** By the server's own library, in its mode; a pattern that the library does not take lets nobody in. */
function matches(value: string, pattern: string): boolean {
  const tried = inTime(() => {
    try {
      return picomatch.isMatch(value, pattern, { bash: true })
    } catch {
      return false
    }
  }, longest)
  if (tried !== undefined) return tried.value
  throw new SealiftError('TENANCY_INVALID', `the pattern ${printable(pattern, 100)} takes too long to try`, {
    hints: ['Infisical tries it at every login: give it fewer *, or say the text itself'],
  })
}

/** The claim `a.b` is the field `b` of `a`. */
function valueAt(claims: Claims, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, name) => (typeof value === 'object' && value !== null ? (value as Claims)[name] : undefined),
      claims,
    )
}
