/** Kubernetes auth of identities of the TenancyServer in memory. Held to the contract of the real adapter. */
import type { KubernetesAuth, KubernetesAuthServer } from '../../src/kernel/ports/index.ts'
import { answered } from './answered.ts'

/** Them, and what a test may do by hand. */
export interface MemoryKubernetesAuth extends KubernetesAuthServer {
  /** What identities have, by their ids. */
  readonly all: Map<string, KubernetesAuth>
  /** Whether the server may be led to addresses of private networks. */
  allowInternal: boolean
}

/** `request` answers one request, and `nameOf` names an identity. */
export function memoryKubernetesAuth(
  request: <T>(words: readonly string[], work: () => T) => Promise<T>,
  nameOf: (identityId: string) => string,
): MemoryKubernetesAuth {
  const all = new Map<string, KubernetesAuth>()
  const existing = (identityId: string) => {
    const found = all.get(identityId)
    if (found === undefined) throw answered(400, 'The identity does not have Kubernetes Auth attached')
    return found
  }
  const set = (identityId: string, auth: KubernetesAuth) => {
    if (!memory.allowInternal) throw answered(400, 'Local IPs not allowed as URL')
    all.set(identityId, auth)
  }
  const memory: MemoryKubernetesAuth = {
    all,
    allowInternal: true,
    get: identityId => request(['kubernetesAuth', nameOf(identityId)], () => existing(identityId)),
    attach: (identityId, auth) =>
      request(['attachKubernetesAuth', nameOf(identityId)], () => {
        if (all.has(identityId))
          throw answered(400, 'Failed to add Kubernetes Auth to already configured identity')
        set(identityId, auth)
      }),
    change: (identityId, auth) =>
      request(['changeKubernetesAuth', nameOf(identityId)], () => {
        existing(identityId)
        set(identityId, auth)
      }),
    revoke: identityId =>
      request(['revokeKubernetesAuth', nameOf(identityId)], () => {
        existing(identityId)
        all.delete(identityId)
      }),
  }
  return memory
}
