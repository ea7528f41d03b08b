import {
  adminSecretName,
  credentialsSecretName,
  type LoggedIn,
  logInAsAdmin,
  systemNamespace,
  type WhereWired,
  withInfisical,
} from '../../../kernel/access/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import type { Infisical, Secret, SiteHost } from '../../../kernel/ports/index.ts'
import { judgeFailure, judgeUntried, type Verdict } from '../../check/index.ts'
import { operatorCredentials, tryOperatorLogin } from '../../wire/index.ts'
import { allLooked, looked } from './looked.ts'

const ids = { api: 'infisical/api', admin: 'infisical/admin', operator: 'eso/login' } as const

/** Questions that were not answered are asked again so often: a pod that is ready answers. */
export const attempts = 3

/**
 * Asks Infisical whether it is set up, and logs in as its admin and as External Secrets Operator; each once.
 * @throws SealiftError CLUSTER_UNREACHABLE, INTERRUPTED
 */
export async function askInfisical(
  where: WhereWired,
  host: SiteHost,
  signal: AbortSignal,
): Promise<readonly Verdict[]> {
  const { infisical: namespace } = where
  if (namespace === undefined) {
    const api = {
      id: ids.api,
      ok: false,
      message: 'is in none of the namespaces of what was installed',
      hint: 'run sealift install again',
    }
    return [api, judgeUntried(ids.admin, [api]), ...(await logInAsOperator(where, host, [api]))]
  }
  let found: readonly Verdict[] = []
  const ask = async (server: Infisical) => {
    found = await askServer(server, namespace, where, host)
    return []
  }
  const [lost] = await looked(
    ids.api,
    () => withInfisical(host, namespace, ask, { attempts, signal }),
    `kubectl -n ${namespace} get pods,services; a pod's last log lines say why; install again what is missing`,
  )
  if (lost === undefined) return found
  return [lost, judgeUntried(ids.admin, [lost]), ...(await logInAsOperator(where, host, [lost]))]
}

async function askServer(
  server: Infisical,
  namespace: string,
  where: WhereWired,
  host: SiteHost,
): Promise<readonly Verdict[]> {
  const api = await looked(ids.api, async id => {
    const { initialized } = await server.status()
    if (initialized) return { id, ok: true, message: 'answers, and is set up' }
    return {
      id,
      ok: false,
      message: 'answers, but was never set up: its database is another one, or was emptied',
      hint: 'restore the database, or run sealift install again to set it up anew',
    }
  })
  const bad = api.filter(({ ok }) => !ok)
  const secret = `Secret ${systemNamespace}/${adminSecretName}`
  const admin = async (id: string) => {
    if (bad.length > 0) return judgeUntried(id, bad)
    try {
      return {
        id,
        ok: true,
        message: howLoggedIn(await logInAsAdmin(host.cluster, server, namespace), namespace),
      }
    } catch (error) {
      if (!(error instanceof SealiftError) || error.code !== 'NOT_INSTALLED') throw error
      const hint = `put ${secret} back from your backup, or name the password by admin.password in the site file; then run sealift install again`
      return judgeFailure(id, error, hint)
    }
  }
  const rest = [looked(ids.admin, admin), logInAsOperator(where, host, bad, server)]
  return [...api, ...(await allLooked(rest))]
}

/** Which of the logins that are kept was taken, and what is to be done about the others. */
function howLoggedIn({ login, kept: [primary, copy] }: LoggedIn, namespace: string): string {
  const secret = `Secret ${systemNamespace}/${adminSecretName}`
  const isTaken = (password: Secret | undefined) => password?.reveal() === login.password.reveal()
  const adopted =
    primary?.adopted || copy?.adopted ? '; the server was set up already when Sealift came (adopted)' : ''
  if (isTaken(primary?.login?.password)) return `logs in with the password that Sealift keeps${adopted}`
  if (isTaken(primary?.next) || isTaken(copy?.next))
    return `logs in with a password that a rotation has set before it was stopped: run sealift rotate admin again${adopted}`
  const why = primary?.login === undefined ? '' : ', whose own the server does not take'
  return `logs in with the copy of its password in namespace ${namespace}: the next install puts ${secret}${why} back${adopted}`
}

/** Whether the credentials are there, and are taken; `bad` is why there is nobody to ask. */
async function logInAsOperator(
  { externalSecrets: namespace }: WhereWired,
  { cluster }: SiteHost,
  bad: readonly Verdict[],
  server?: Infisical,
): Promise<readonly Verdict[]> {
  return await looked(ids.operator, async id => {
    const hint = 'run sealift install again: it makes new credentials, and revokes those before'
    const credentials = namespace === undefined ? undefined : await operatorCredentials(cluster, namespace)
    const secret = `${namespace === undefined ? '' : `${namespace}/`}${credentialsSecretName}`
    if (credentials === undefined)
      return { id, ok: false, message: `Secret ${secret} with clientId and clientSecret is not there`, hint }
    if (bad.length > 0 || server === undefined) return judgeUntried(id, bad)
    const refusal = await tryOperatorLogin(server, credentials)
    if (refusal === undefined) return { id, ok: true, message: `Infisical takes Secret ${secret}` }
    return { id, ok: false, message: `Infisical does not take Secret ${secret}: ${refusal.message}`, hint }
  })
}
