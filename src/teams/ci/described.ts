import type { Login } from '../../kernel/ports/index.ts'
import { sameLogin } from './wanted.ts'

/** What a login requires, in words: `oidc of ISSUER: repository openova/app, ref refs/heads/main`. */
export function loginText(login: Login): string {
  const { kind, issuer, subject, claims } = login
  const bound = [
    ...(subject === '' ? [] : [`sub ${subject}`]),
    ...Object.entries(claims).map(([name, texts]) => `${name} ${texts.join(' or ')}`),
  ]
  return `${kind} of ${issuer}: ${bound.join(', ')}`
}

/** What differs between two logins of one kind, in words. */
export function loginChanges(from: Login, to: Login): string {
  const names = new Set([...Object.keys(from.claims), ...Object.keys(to.claims)])
  const list = (texts: readonly string[] = []) => texts.join(' or ') || 'any'
  const changed = (name: string, before: string, after: string) =>
    before === after ? [] : [`${name} ${before} → ${after}`]
  const parts = [
    ...changed('issuer', from.issuer || 'any', to.issuer),
    ...changed('audience', list(from.audiences), list(to.audiences)),
    ...changed('sub', from.subject || 'any', to.subject || 'any'),
    ...[...names].flatMap(name => changed(name, list(from.claims[name]), list(to.claims[name]))),
    ...changed('ttl', `${from.ttl} s`, `${to.ttl} s`),
  ]
  const bare = { ...from, issuer: '', audiences: [], subject: '', claims: {}, ttl: 0, maxTtl: 0 }
  const rest = { ...to, issuer: '', audiences: [], subject: '', claims: {}, ttl: 0, maxTtl: 0 }
  if (!sameLogin(bare, rest)) parts.push(to.kind === 'jwt' ? 'other keys' : 'other CA or address')
  return parts.length === 0 ? 'longest life of a token' : parts.join('; ')
}
