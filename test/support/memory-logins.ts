/** Logins of identities of the TenancyServer in memory: see memory-tenancy.ts. Held to the contract of the real adapter. */
import type { Login, LoginServer } from '../../src/kernel/ports/index.ts'
import { answered } from './answered.ts'

/** Them, and what a test may do by hand. */
export interface MemoryLogins extends LoginServer {
  /** The ways in which an identity can log in, as lists of identities have them. */
  methodsOf(identityId: string): string[]
  /** One that is attached. */
  of(identityId: string, kind: Login['kind']): Login | undefined
  /** Hosts whose names the server cannot resolve. */
  readonly unknownHosts: Set<string>
  /** Hosts that are at private addresses, which the server does not let be asked. */
  readonly internalHosts: Set<string>
}

/** `request` answers one request, and `nameOf` names an identity. */
export function memoryLogins(
  request: <T>(words: readonly string[], work: () => T) => Promise<T>,
  nameOf: (identityId: string) => string,
): MemoryLogins {
  const all = new Map<string, Login>()
  const key = (identityId: string, kind: Login['kind']) => `${identityId} ${kind}`
  const existing = (identityId: string, kind: Login['kind']) => {
    const found = all.get(key(identityId, kind))
    if (found === undefined)
      throw answered(400, `The identity does not have ${kind.toUpperCase()} Auth attached`)
    return found
  }
  const refuseOutside = (login: Login) => {
    if (login.kind !== 'oidc') return
    const { hostname } = new URL(login.discovery)
    if (memory.unknownHosts.has(hostname)) throw answered(500, 'Something went wrong')
    if (hostname === 'localhost' || memory.internalHosts.has(hostname))
      throw answered(400, 'Local IPs not allowed as URL')
  }
  const memory: MemoryLogins = {
    unknownHosts: new Set(),
    internalHosts: new Set(),
    methodsOf: identityId =>
      (['oidc', 'jwt'] as const).flatMap(kind => (all.has(key(identityId, kind)) ? [`${kind}-auth`] : [])),
    of: (identityId, kind) => all.get(key(identityId, kind)),
    get: (identityId, kind) => request(['login', nameOf(identityId), kind], () => existing(identityId, kind)),
    attach: (identityId, login) =>
      request(['attachLogin', nameOf(identityId), login.kind], () => {
        if (all.has(key(identityId, login.kind)))
          throw answered(400, `Failed to add ${login.kind.toUpperCase()} Auth to already configured identity`)
        refuseOutside(login)
        all.set(key(identityId, login.kind), login)
      }),
    change: (identityId, login) =>
      request(['changeLogin', nameOf(identityId), login.kind], () => {
        existing(identityId, login.kind)
        refuseOutside(login)
        all.set(key(identityId, login.kind), login)
      }),
    revoke: (identityId, kind) =>
      request(['revokeLogin', nameOf(identityId), kind], () => {
        existing(identityId, kind)
        all.delete(key(identityId, kind))
      }),
  }
  return memory
}
