import * as z from 'zod'
import { count, SealiftError } from '../../kernel/errors/index.ts'
import {
  asStep,
  type InfisicalSession,
  type Login,
  type SiteHost,
  type Talk,
} from '../../kernel/ports/index.ts'
import type { Tenancy } from '../../kernel/tenancy-file/index.ts'
import { admission, type Claims, completed, identityWith, offlineLogin, samplesOf } from '../ci/index.ts'
import { createPace } from '../pace/index.ts'
import { withAdmin } from '../server/index.ts'

/** Who would get in with an identity's login, case by case. */
export const ciTried = z.strictObject({
  identity: z.string(),
  /** Whose rules were tried: those of the file, or those that the server has now. */
  rules: z.enum(['file', 'server']),
  cases: z.array(
    z.strictObject({
      name: z.string(),
      /** Whether the claims were given, rather than made up here. */
      given: z.boolean(),
      admitted: z.boolean(),
      /** The rule that decides. */
      rule: z.string(),
      /** Claims that were left out, and what they were taken for: `event_name push`. */
      assumed: z.array(z.string()),
    }),
  ),
})
export type CiTried = z.infer<typeof ciTried>

/** Claims to try, and what they are called in the answer. */
export interface GivenClaims {
  readonly name: string
  readonly claims: Claims
}

/** What the verb is asked. */
export interface CiTryRequest {
  readonly tenancy: Tenancy
  /** Name of an identity of the file. */
  readonly identity: string
  readonly given: readonly GivenClaims[]
  /** Whether claims are made up here as well: those that the login is for, and what is near them. */
  readonly samples: boolean
}

/** A site whose server's rules are to be tried, rather than the file's. */
export interface OnSite {
  readonly site: string
  readonly host: Pick<SiteHost, 'cluster' | 'infisical' | 'clock'>
  readonly talk: Talk
}

/**
 * Says who would get in with an identity's login, by the rules of the file or of a site's server; what given claims leave
 * out is filled in as far as it follows. Logs nobody in, and changes nothing. @throws SealiftError USAGE, TENANCY_DRIFT where the server has no such login; with a site also
 * NOT_INSTALLED, FOREIGN_INSTALL, SERVER_FAILED, CLUSTER_*
 */
export async function tryLogin(
  { tenancy, identity, given, samples }: CiTryRequest,
  on?: OnSite,
): Promise<CiTried> {
  const { login } = identityWith(tenancy, identity)
  const wanted = offlineLogin(login)
  const rules = on === undefined ? [wanted] : await serverLogins(identity, wanted.kind, on)
  const all = [
    ...given.map(one => ({ ...one, ...completed(login, wanted, one.claims), given: true })),
    ...(samples ? samplesOf(login, wanted).map(one => ({ ...one, assumed: [], given: false })) : []),
  ]
  const cases = all.map(({ name, claims, given, assumed }) => {
    // Whoever logs in chooses the way.
    const verdicts = rules.map(rule => admission(rule, claims))
    const { admitted = false, rule = '' } = verdicts.find(verdict => verdict.admitted) ?? verdicts[0] ?? {}
    return { name, given, admitted, rule, assumed: [...assumed] }
  })
  return { identity, rules: on === undefined ? 'file' : 'server', cases }
}

async function serverLogins(
  identity: string,
  first: Login['kind'],
  { site, host, talk: { reporter, signal } }: OnSite,
): Promise<Login[]> {
  const read = () =>
    withAdmin(site, host, signal, session => {
      const pace = createPace(host.clock, signal, text => reporter.warn(text))
      return logins(identity, first, session, request => pace.read(request))
    })
  return await asStep(reporter, 'Read the login from the server', read)
}

async function logins(
  identity: string,
  first: Login['kind'],
  { tenancy, logins: server }: Pick<InfisicalSession, 'tenancy' | 'logins'>,
  read: <T>(request: () => Promise<T>) => Promise<T>,
): Promise<Login[]> {
  const found = (await read(() => tenancy.identities())).filter(({ name }) => name === identity)
  const [one] = found
  const kinds = ([first, first === 'oidc' ? 'jwt' : 'oidc'] as const).filter(kind =>
    one?.authMethods.includes(`${kind}-auth`),
  )
  if (found.length === 1 && one !== undefined && kinds.length > 0)
    return await Promise.all(kinds.map(kind => read(() => server.get(one.id, kind))))
  const what =
    found.length === 0
      ? `identity ${identity} is not on the server`
      : found.length > 1
        ? `the server has ${count(found.length, 'identity', 'identities')} ${identity}, and nothing says which is meant`
        : `identity ${identity} has no login by tokens on the server`
  throw new SealiftError('TENANCY_DRIFT', what, {
    hints: ['sealift tenancy apply -c site.yaml -f tenancy.yaml makes the server as the file says'],
  })
}

/** Reads claims: a JSON object, or the text of a file with one. @throws SealiftError USAGE; never quotes what it read */
export function readClaims(text: string, name: string): GivenClaims {
  const isToken = /^\s*eyJ[\w-]+\.[\w-]+\.[\w-]*\s*$/.test(text)
  const hint = isToken
    ? 'that is a token, which lets in whoever has it: give its claims alone, the middle part decoded'
    : 'claims are a JSON object, such as {"repository_owner": "openova", "ref": "refs/heads/main"}'
  let claims: unknown
  try {
    claims = JSON.parse(text)
  } catch {
    claims = undefined
  }
  if (typeof claims === 'object' && claims !== null && !Array.isArray(claims))
    return { name, claims: claims as Claims }
  throw new SealiftError('USAGE', `${name} has no claims in it`, { hints: [hint] })
}

/** The error that ends a trial of given claims that would not get in. @returns undefined when all would */
export function refusedFault({ identity, cases }: CiTried): SealiftError | undefined {
  const out = cases.filter(({ given, admitted }) => given && !admitted)
  if (out.length === 0) return undefined
  return new SealiftError('CI_REFUSED', `${identity} does not let them in`, {
    faults: out.map(({ name, rule }) => `${name}: ${rule}`),
  })
}
