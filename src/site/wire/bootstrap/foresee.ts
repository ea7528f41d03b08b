import { keptLogins } from '../../../kernel/access/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import type { Infisical, InfisicalSession } from '../../../kernel/ports/index.ts'
import { makePassword } from '../secrets.ts'
import { type Bootstrapping, known, refuseForeignLogin } from './bootstrap.ts'
import { foreseeRemoval } from './instance-identity.ts'
import { rehearsedSession, type ServerChange } from './rehearsed-session.ts'
import { storeLogin } from './store-login.ts'
import { ensureTenancy } from './tenancy.ts'

/** What foreseeing needs; its cluster is one that only asks. Without a server it is one that nobody has set up yet. */
export interface Foreseeing extends Omit<Bootstrapping, 'infisical'> {
  readonly infisical: Infisical | undefined
  /** ESO's namespace. */
  readonly operatorNamespace: string
}

/**
 * What ensureAdmin and ensureTenancy would do at a server, by their own functions. Logs in, as they do, and writes
 * nothing there.
 * @throws SealiftError as ensureAdmin
 */
export async function foreseeServer(foreseeing: Foreseeing): Promise<ServerChange[]> {
  const { cluster, email, organization, namespace, random, infisical, operatorNamespace } = foreseeing
  const changes: ServerChange[] = []
  const tell = (change: ServerChange) => void changes.push(change)
  const kept = await keptLogins(cluster, namespace, email)
  for (const one of kept) if (one !== undefined) refuseForeignLogin(one)
  let session: InfisicalSession | undefined
  let adopted = false
  if (infisical !== undefined && (await infisical.status()).initialized) {
    const found = await known({ ...foreseeing, infisical }, kept)
    session = found.session
    adopted = found.notes.adopted ?? false
    const mark = adopted ? undefined : await foreseeRemoval(session, found.notes.mark, tell)
    const login = { organization, ...found.login, organizationId: session.organizationId }
    await storeLogin(cluster, namespace, login, { ...found.notes, mark })
  } else {
    const password = kept[0]?.login?.password ?? makePassword(random)
    tell({ change: 'create', kind: 'organization', name: organization, detail: 'at the first set-up' })
    tell({ change: 'create', kind: 'admin', name: email, detail: 'its password is kept in a Secret' })
    await storeLogin(
      cluster,
      namespace,
      { email, password, organization, organizationId: '' },
      { mark: 'gone' },
    )
  }
  await ensureTenancy({
    ...{ cluster, session: rehearsedSession(session, tell), namespace: operatorNamespace, adopted },
    infisical: session !== undefined && infisical !== undefined ? infisical : nobody,
  })
  return changes
}

/** A server that nobody has set up yet knows no identity. */
const nobody: Pick<Infisical, 'loginIdentity'> = {
  loginIdentity: () =>
    Promise.reject(
      new SealiftError('SERVER_FAILED', 'nobody can log in yet', {
        cause: Object.assign(new Error('nobody can log in yet'), { status: 401 }),
      }),
    ),
}
