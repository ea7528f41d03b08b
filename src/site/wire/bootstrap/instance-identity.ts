import { messageOf } from '../../../kernel/errors/index.ts'
import type { Identity, InfisicalSession } from '../../../kernel/ports/index.ts'
import { refused } from './refusals.ts'
import type { ServerChange } from './rehearsed-session.ts'

/** What Infisical's bootstrap calls its identity; recorded. */
const identityName = 'Instance Admin Identity'

// Marks of the admin's Secret, beside an id: an administrator that somebody makes later by that name is theirs.
const gone = 'gone'
const several = 'several'

/** Whether an identity was taken away or disarmed, what to keep of that, and what stays of it, in a sentence. */
export interface Removal {
  readonly changed: boolean
  /** For the next call. */
  readonly mark: string
  readonly left?: string
}

/**
 * Takes away the identity that bootstrap makes: an administrator of everything, by a token without an end that
 * nobody uses. `known` is its id, or the mark of an earlier call. Without either, on a site of an older Sealift, it is
 * told by its name and by what bootstrap gives it, once: where there are several, a person chooses.
 * Where Infisical refuses to delete it, its tokens are revoked.
 * @throws SealiftError SERVER_FAILED
 */
export async function removeInstanceIdentity(session: InfisicalSession, known?: string): Promise<Removal> {
  if (known === gone) return { changed: false, mark: gone }
  const ids = known === undefined || known === several ? await candidates(session) : [known]
  const [id, ...others] = ids
  // The one that a person has left of several is in use.
  if (id === undefined || (known === several && others.length === 0)) return { changed: false, mark: gone }
  if (others.length > 0) {
    const which = `${ids.length} administrators named "${identityName}" (${ids.join(', ')})`
    return { changed: false, mark: several, left: `Infisical has ${which}: delete those that nobody uses` }
  }
  try {
    return { changed: await session.deleteIdentity(id), mark: gone }
  } catch (error) {
    if (!refused(error)) throw error
    return { ...(await disarm(session, id, messageOf(error))), mark: id }
  }
}

/**
 * What {@link removeInstanceIdentity} would take away, and the mark that it would leave. Changes nothing.
 * @throws SealiftError SERVER_FAILED
 */
export async function foreseeRemoval(
  session: InfisicalSession,
  known: string | undefined,
  tell: (change: ServerChange) => void,
): Promise<string> {
  if (known === gone) return gone
  const ids = known === undefined || known === several ? await candidates(session) : [known]
  const [, ...others] = ids
  if (others.length > 0) return several
  if (ids.length > 0 && known !== several)
    tell({ change: 'remove', kind: 'identity', name: identityName, detail: 'an administrator of everything' })
  return gone
}

async function candidates(session: InfisicalSession): Promise<string[]> {
  const isBootstraps = ({ role, authMethods }: Identity) =>
    role === 'admin' && authMethods.length === 1 && authMethods[0] === 'token-auth'
  return (await session.identities(identityName)).filter(isBootstraps).map(({ id }) => id)
}

async function disarm(session: InfisicalSession, id: string, why: string): Promise<Omit<Removal, 'mark'>> {
  const stays = `Infisical's administrator "${identityName}" (${id}) stays (${why})`
  try {
    const revoked = await session.revokeTokens(id)
    return { changed: revoked > 0, left: `${stays}; its tokens are revoked` }
  } catch (error) {
    if (!refused(error)) throw error
    return { changed: false, left: `${stays}, and so do its tokens (${messageOf(error)}): delete it by hand` }
  }
}
