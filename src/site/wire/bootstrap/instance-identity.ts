import { messageOf } from '../../../kernel/errors/index.ts'
import type { Identity, InfisicalSession } from '../../../kernel/ports/index.ts'
import { refused } from './refusals.ts'

/** What Infisical's bootstrap calls its identity; recorded. */
const identityName = 'Instance Admin Identity'

/** Whether an identity was taken away or disarmed, and what stays of it, in a sentence. */
export interface Removal {
  readonly changed: boolean
  readonly left?: string
}

/**
 * Takes away the identity that bootstrap makes: an administrator of everything, by a token without an end that
 * nobody uses. `known` is its id where it is known; else it is told by its name and by what bootstrap gives it.
 * Where Infisical refuses to delete it, its tokens are revoked.
 * @throws SealiftError SERVER_FAILED
 */
export async function removeInstanceIdentity(session: InfisicalSession, known?: string): Promise<Removal> {
  const ids = known === undefined ? await candidates(session) : [known]
  const [id] = ids
  if (id === undefined) return { changed: false }
  if (ids.length > 1) {
    const which = `${ids.length} administrators named "${identityName}" (${ids.join(', ')})`
    return { changed: false, left: `Infisical has ${which}: delete those that nobody uses` }
  }
  try {
    return { changed: await session.deleteIdentity(id) }
  } catch (error) {
    if (!refused(error)) throw error
    return await disarm(session, id, messageOf(error))
  }
}

async function candidates(session: InfisicalSession): Promise<string[]> {
  const isBootstraps = ({ role, authMethods }: Identity) =>
    role === 'admin' && authMethods.length === 1 && authMethods[0] === 'token-auth'
  return (await session.identities(identityName)).filter(isBootstraps).map(({ id }) => id)
}

async function disarm(session: InfisicalSession, id: string, why: string): Promise<Removal> {
  const stays = `Infisical's administrator "${identityName}" (${id}) stays (${why})`
  try {
    const revoked = await session.revokeTokens(id)
    return { changed: revoked > 0, left: `${stays}; its tokens are revoked` }
  } catch (error) {
    if (!refused(error)) throw error
    return { changed: false, left: `${stays}, and so do its tokens (${messageOf(error)}): delete it by hand` }
  }
}
