import { statusOf } from '../../kernel/access/index.ts'
import type { LoginServer } from '../../kernel/ports/index.ts'
import { refusedLogin } from '../ci/index.ts'
import type { LoginAction } from './action.ts'

/**
 * Gives an identity its login, and then takes away the other one that the file does not name. Gives why the server does
 * not take it, where it does not. @throws SealiftError SERVER_FAILED
 */
export async function giveLogin(
  { login, how, drops }: LoginAction,
  identityId: string,
  logins: LoginServer,
): Promise<string | undefined> {
  try {
    if (how === 'attach') await logins.attach(identityId, login)
    if (how === 'change') await logins.change(identityId, login)
  } catch (error) {
    const why = refusedLogin(login, error, statusOf(error))
    if (why === undefined) throw error
    return why
  }
  if (drops !== undefined) await logins.revoke(identityId, drops)
  return undefined
}
