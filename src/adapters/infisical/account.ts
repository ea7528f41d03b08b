import * as z from 'zod'
import type { Account, Secret } from '../../kernel/ports/index.ts'
import { type Api, listOf } from './api.ts'

const name = z.string().nullish()
const people = z.object({
  users: listOf(
    z.object({
      role: z.string(),
      status: name,
      user: z.object({ username: z.string(), email: name }),
    }),
  ),
})

/** The requests behind {@link Account}, for a user with an organisation selected. */
export function createAccount(api: Api, token: Secret, organizationId: string, email: string): Account {
  const own = email.toLowerCase()
  return {
    async role() {
      const path = `/api/v2/organizations/${encodeURIComponent(organizationId)}/memberships`
      const { users } = await api.expect({ method: 'GET', path, token }, people)
      const isOwn = (address: string | null | undefined) => address?.toLowerCase() === own
      const found = users.find(({ user }) => isOwn(user.username) || isOwn(user.email))
      return found?.status === 'invited' ? undefined : found?.role
    },

    // Not recorded: the path and the shape are those of upstream's password-router (v2) of 2026-07, which answers without
    // a body. Sent to its end: whether it was done could not be told.
    async changePassword(current, next) {
      const body = { oldPassword: current.reveal(), newPassword: next.reveal() }
      const path = '/api/v2/password/user/password-reset'
      const call = { method: 'POST', path, body, token, secrets: [current, next], unbroken: true } as const
      await api.expect(call, z.unknown())
    },

    // Not recorded: the path is that of upstream's user-router (v2) of 2026-07.
    async endSessions() {
      await api.expect({ method: 'DELETE', path: '/api/v2/users/me/sessions', token }, z.unknown())
    },
  }
}
