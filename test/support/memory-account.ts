/** The Account port in memory, and the organisations that a user is in: one user, who is logged in. */
import type { Account, Organization, Secret } from '../../src/kernel/ports/index.ts'
import { answered } from './answered.ts'

/** What there is of the user, to look at and to change. */
export interface MemoryUser {
  /** The login; nothing where nobody has set the server up. */
  admin: { email: string; password: string } | undefined
  /** Those that the user is in. */
  memberOf: Organization[]
  /** The user's role in the organisation. */
  role: string | undefined
  /** Requests that changed something. */
  readonly calls: string[]
}

/** The account of `user`, as it is whenever it is asked. */
export function memoryAccount(user: () => MemoryUser): Account {
  return {
    role: async () => user().role,
    async changePassword(current: Secret, next: Secret) {
      const { admin, calls } = user()
      if (admin?.password !== current.reveal()) throw answered(400, 'Incorrect current password.')
      calls.push('changePassword')
      admin.password = next.reveal()
    },
    endSessions: async () => void user().calls.push('endSessions'),
  }
}
