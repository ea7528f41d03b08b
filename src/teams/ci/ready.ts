import { readValues } from '../../kernel/access/index.ts'
import { messageOf, printable, SealiftError } from '../../kernel/errors/index.ts'
import type { Cluster, IssuerAnswer, Issuers, Login, SiteHost } from '../../kernel/ports/index.ts'
import { isCertificates, type Tenancy, type TenancyLogin } from '../../kernel/tenancy-file/index.ts'
import { wantedLogin } from './wanted.ts'

/** A login of the file as it can be given. */
export interface ReadyLogin {
  /** What the server is to be told; absent where what the file names is not there. */
  readonly login?: Login
  /** Why it cannot be given now, in a sentence without its end. */
  readonly why?: string
  /** Whether the issuer is at an address of a private network; absent where that could not be found out. */
  readonly isPrivate?: boolean
}

/** Logins by the name of their identity. */
export type ReadyLogins = ReadonlyMap<string, ReadyLogin>

type World = Pick<SiteHost, 'cluster' | 'issuers'>

/**
 * Reads the CAs that a file's logins name, and asks each issuer once whether it is there: a server that cannot reach one
 * says nothing but 500 when it is told of it. @throws SealiftError CLUSTER_*
 */
export async function readyLogins(
  { identities = [] }: Tenancy,
  { cluster, issuers }: World,
  signal: AbortSignal,
): Promise<ReadyLogins> {
  const ask = onceEach(issuers, signal)
  const each = identities.map(async ({ name, login }): Promise<[string, ReadyLogin][]> => {
    if (login === undefined) return []
    const ca = await caOf(login, cluster)
    if ('why' in ca) return [[name, ca]]
    const wanted = wantedLogin(login, ca.pem)
    if (wanted.kind === 'jwt') return [[name, { login: wanted, isPrivate: false }]]
    const answer = await ask(wanted.discovery, ca.pem)
    const why = unfit(answer, wanted.issuer)
    const where = answer.reached ? { isPrivate: answer.isPrivate } : {}
    return [[name, { login: wanted, ...where, ...(why !== undefined && { why }) }]]
  })
  return new Map((await Promise.all(each)).flat())
}

/** Logins as the file has them, without asking anybody; the CAs that it names in the cluster are left out. */
export const offlineLogin = (login: TenancyLogin): Login => {
  const { ca = '' } = login.github ?? login.oidc ?? {}
  return wantedLogin(login, typeof ca === 'string' ? ca : '')
}

function onceEach(issuers: Issuers, signal: AbortSignal) {
  const asked = new Map<string, Promise<IssuerAnswer>>()
  return (discovery: string, ca: string) => {
    const key = `${discovery} ${ca}`
    const answer = asked.get(key) ?? issuers.ask(discovery, ca, signal)
    asked.set(key, answer)
    return answer
  }
}

async function caOf(login: TenancyLogin, cluster: Cluster): Promise<{ pem: string } | { why: string }> {
  const { ca = '' } = login.github ?? login.oidc ?? {}
  if (typeof ca === 'string') return { pem: ca }
  const place = `${ca.namespace}/${ca.name}`
  const found = await readValues(cluster, ca.namespace, ca.name)
  if (found === undefined) return { why: `there is no Secret ${place}, which has the CA of its issuer` }
  const pem = found.values.get(ca.key)?.reveal()
  if (pem === undefined) return { why: `the Secret ${place} has no key ${ca.key} with the CA of its issuer` }
  return isCertificates(pem) ? { pem } : { why: `${ca.key} of the Secret ${place} is no certificate as PEM` }
}

function unfit(answer: IssuerAnswer, issuer: string): string | undefined {
  if (!answer.reached)
    return `${answer.why}: the server must reach it at every login; where it cannot, use login.jwt with the issuer's public keys`
  // Of a trailing slash issuers and their documents are not always of one mind; of the token they are.
  if (answer.issuer.replace(/\/$/, '') === issuer.replace(/\/$/, '')) return undefined
  return `who answers at ${issuer} calls itself ${printable(answer.issuer, 200)}, and so do its tokens`
}

/** Why the server refused a login that was sent, in a sentence without its end; undefined where it failed otherwise. */
export function refusedLogin(login: Login, error: unknown, status: number | undefined): string | undefined {
  if (!(error instanceof SealiftError)) return undefined
  if (status === 500 && login.kind === 'oidc') {
    const { hostname } = new URL(login.discovery)
    return `the server answered 500, as it does where its pods cannot resolve ${hostname}: use login.jwt with the issuer's public keys`
  }
  return status === 400 || status === 422 ? messageOf(error) : undefined
}
