import { authenticate, authenticateUser } from '../actor.ts'
import type { Context } from '../context.ts'
import { badRequest, unauthorized } from '../errors.ts'
import { Fields } from '../fields.ts'
import { hashPassword, samePassword } from '../passwords.ts'
import { type Route, route } from '../router.ts'

/** A user's own password and sessions. None of it is recorded; upstream's routers of 2026-07 have these paths. */
export function accountRoutes(context: Context): Route[] {
  const { db } = context
  const endAll = (userId: string) => db.all('DELETE FROM auth_token_sessions WHERE "userId" = $1', [userId])

  const change: Route['answer'] = async call => {
    const fields = new Fields(call.body)
    const [current, next] = [fields.string('oldPassword'), fields.string('newPassword')]
    fields.done()
    const { userId } = await authenticateUser(context, call)
    if (!userId) throw unauthorized('Only a user has a password')
    const sql = 'SELECT "hashedPassword" hash FROM users WHERE id = $1'
    const user = await db.first<{ hash: string | null }>(sql, [userId])
    if (!user?.hash || !(await samePassword(current.trim(), user.hash)))
      throw badRequest('Incorrect current password.')
    const row = [userId, await hashPassword(next.trim())]
    await db.all('UPDATE users SET "hashedPassword" = $2, "updatedAt" = now() WHERE id = $1', row)
    await endAll(userId)
    return undefined
  }

  const end: Route['answer'] = async call => {
    const { kind, id } = await authenticate(context, call)
    if (kind !== 'user') throw unauthorized('Only a user has sessions')
    await endAll(id)
    return { message: 'Successfully revoked all sessions' }
  }

  return [
    route('POST', '/api/v2/password/user/password-reset', change),
    route('DELETE', '/api/v2/users/me/sessions', end),
  ]
}
