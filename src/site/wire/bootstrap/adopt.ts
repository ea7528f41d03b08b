import { type AdminLogin, foreign, refusedLogin, statusOf } from '../../../kernel/access/index.ts'
import { messageOf, printable, SealiftError } from '../../../kernel/errors/index.ts'
import type { Infisical, InfisicalSession, Secret } from '../../../kernel/ports/index.ts'

/** A login that the site file names, for a server that somebody else has set up. */
export interface Adopting {
  readonly infisical: Infisical
  readonly email: string
  readonly password: Secret
  /** Name of the organisation. */
  readonly organization: string
  /** Infisical's. */
  readonly namespace: string
}

/**
 * Logs in to a server that somebody else has set up, as the admin that the site file names, into the organisation of
 * that name. Changes nothing.
 * @throws SealiftError FOREIGN_INSTALL when the server refuses the login, SITE_INVALID when the user is in no, or in
 * several, organisations of that name, or is no admin of it, SERVER_FAILED
 */
export async function adopt(adopting: Adopting): Promise<{ session: InfisicalSession; login: AdminLogin }> {
  const { infisical, email, password, organization } = adopting
  const id = await organizationOf(adopting)
  const session = await explained(adopting, () => infisical.login(email, password, id))
  await requireAdmin(session, adopting)
  return { session, login: { email, password, organization, organizationId: id } }
}

async function organizationOf(adopting: Adopting): Promise<string> {
  const { infisical, email, password, organization } = adopting
  const all = await explained(adopting, () => infisical.organizations(email, password))
  const [found, ...others] = all.filter(({ name }) => name === organization)
  const names = all.map(({ name }) => printable(name))
  if (found === undefined)
    throw new SealiftError(
      'SITE_INVALID',
      printable(`${email} is in no organisation of Infisical that is called ${organization}`),
      {
        faults: names,
        hints: ['Give organization in the site file the name of one that the user is an admin of.'],
      },
    )
  if (others.length === 0) return found.id
  const ids = [found, ...others].map(other => other.id)
  throw new SealiftError(
    'SITE_INVALID',
    printable(`${email} is in ${ids.length} organisations that are called ${organization}`),
    { faults: ids, hints: ['Give one of them another name in Infisical, and organization that of the one.'] },
  )
}

async function requireAdmin(session: InfisicalSession, { email, organization }: Adopting): Promise<void> {
  const role = await roleIn(session)
  if (role === 'admin') return
  throw new SealiftError(
    'SITE_INVALID',
    printable(`${email} is not an admin of ${organization}${role === undefined ? '' : `, but ${role}`}`),
    { hints: ['Name an admin of the organisation in admin.email, or make this user one.'] },
  )
}

/** Nothing where the user may not even see who is in the organisation. */
async function roleIn({ account }: InfisicalSession): Promise<string | undefined> {
  try {
    return await account.role()
  } catch (error) {
    if (statusOf(error) === 403) return undefined
    throw error
  }
}

async function explained<T>({ email, namespace }: Adopting, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const shown = printable(email)
    if (refusedLogin(error)) {
      const refused = foreign(
        `it does not take the password that admin.password names for ${shown}`,
        namespace,
        error,
      )
      throw refused.with({
        faults: [messageOf(error)],
        hints: [
          'It refuses so whoever has no password as well, such as those who come by single sign-on, and an organisation that wants that.',
        ],
      })
    }
    if (!(error instanceof SealiftError)) throw error
    const hint = hints[statusOf(error) ?? 0]
    throw hint === undefined ? error : error.with({ hints: [hint] })
  }
}

const wait = 'The user is locked, or too many have tried: wait before the next try.'
const hints: Readonly<Record<number, string>> = {
  403: 'The user is locked, may not come in by a password, or has not come to the organisation yet: log in by the web UI, which says more.',
  423: wait,
  429: wait,
}
