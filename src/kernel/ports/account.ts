import type { Secret } from './secret.ts'

/** An organisation that a user is in. */
export interface Organization {
  readonly id: string
  readonly name: string
}

/** The user that a session is of. Calls throw SealiftError SERVER_FAILED. */
export interface Account {
  /** The user's role in the session's organisation, such as `admin`; nothing where the user is none of its people. */
  role(): Promise<string | undefined>
  /** Gives the user another password. A server of today ends all of the user's sessions then, this one as well. */
  changePassword(current: Secret, next: Secret): Promise<void>
  /** Ends all of the user's sessions, this one as well. */
  endSessions(): Promise<void>
}
