import {
  type AdminLogin,
  adminSecretName,
  type LoggedIn,
  logInAsAdmin,
  refusedLogin,
  systemNamespace,
} from '../../../kernel/access/index.ts'
import { messageOf, SealiftError } from '../../../kernel/errors/index.ts'
import type { Cluster, Infisical, InfisicalSession, Random } from '../../../kernel/ports/index.ts'
import { makePassword } from '../secrets.ts'
import { refused } from './refusals.ts'
import { notesOf, storeLogin } from './store-login.ts'

/** What a change of the admin's password needs; `namespace` is Infisical's. */
export interface Changing {
  readonly cluster: Cluster
  readonly infisical: Infisical
  readonly random: Random
  readonly namespace: string
  /** Aborted when it is to stop, such as when the lease of the site is lost: then no password is set. */
  readonly signal?: AbortSignal
}

/** The admin's login with its new password, and as it was before, where that is known. */
export interface ChangedLogin {
  readonly login: AdminLogin
  readonly before?: AdminLogin
}

/**
 * Gives the admin another password. It is stored before it is set, beside the one that is set, and takes that one's
 * place afterwards: wherever this is stopped, a login that works is kept, and the next call goes on with the same
 * password.
 * @throws SealiftError NOT_INSTALLED, FOREIGN_INSTALL, SERVER_FAILED, CLUSTER_*
 */
export async function changePassword(changing: Changing): Promise<ChangedLogin> {
  const { cluster, infisical, random, namespace, signal } = changing
  const { session, login, kept } = await logInAsAdmin(cluster, infisical, namespace)
  const [primary, copy] = kept
  const notes = notesOf(kept)
  const next = nextOf(kept) ?? makePassword(random)
  const current = { ...login, organizationId: session.organizationId }
  const changed = { ...current, password: next }
  // An earlier call has set it, and was stopped before it could say so.
  if (next.reveal() !== login.password.reveal()) {
    await storeLogin(cluster, namespace, current, { ...notes, next })
    signal?.throwIfAborted()
    await change(session, current, changed)
  }
  await storeLogin(cluster, namespace, changed, notes)
  const before = [login, primary?.login, copy?.login].find(
    one => one && one.password.reveal() !== next.reveal(),
  )
  return { login: changed, ...(before && { before }) }
}

function nextOf(kept: LoggedIn['kept']) {
  return kept.flatMap(one => (one?.managed && one.next !== undefined ? [one.next] : []))[0]
}

async function change(session: InfisicalSession, from: AdminLogin, to: AdminLogin): Promise<void> {
  try {
    await session.account.changePassword(from.password, to.password)
  } catch (error) {
    if (!(error instanceof SealiftError) || !refused(error)) throw error
    throw error.with({
      hints: [
        `The password is as it was; Secret ${systemNamespace}/${adminSecretName} has it.`,
        'Where Infisical lets it be changed in the web UI only, do so, name the new one by admin.password in the site file, and install again.',
      ],
    })
  }
}

/**
 * Proves that the server takes the admin's new password and no longer the one before, and ends all sessions that were
 * begun with that. Gives what the server did not let it end, in a sentence.
 * @throws SealiftError SERVER_FAILED when the old one is still taken, or the new one is not
 */
export async function proveChange(
  infisical: Infisical,
  { login: { email, password, organizationId }, before }: ChangedLogin,
): Promise<string | undefined> {
  if (before !== undefined) await requireRefused(infisical, before)
  const session = await infisical.login(email, password, organizationId)
  try {
    await session.account.endSessions()
    return undefined
  } catch (error) {
    if (!refused(error)) throw error
    return `sessions that were begun before may go on until they end by themselves (${messageOf(error)})`
  }
}

async function requireRefused(infisical: Infisical, { email, password, organizationId }: AdminLogin) {
  try {
    await infisical.login(email, password, organizationId)
  } catch (error) {
    if (refusedLogin(error)) return
    throw error
  }
  throw new SealiftError('SERVER_FAILED', 'Infisical still takes the password that was before', {
    hints: ['run it again; the password that Sealift keeps is the new one'],
  })
}
