import {
  credentialsSecretName,
  operatorIdentity,
  readValues,
  servedBy,
} from '../../../kernel/access/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import { identityOf, operatorPlace, storeCredentials } from '../../../kernel/owned/index.ts'
import type { Cluster, Identity, InfisicalSession } from '../../../kernel/ports/index.ts'

/**
 * ESO's identity: the one whose credentials the cluster has, though they do not log in; else the only one of its
 * name; else a new one. On a server that somebody else set up, one that may be somebody's is not taken: what can do
 * more than it should would be at work in the cluster.
 * @throws SealiftError SERVER_FAILED when there are several and none can be told from the others, FOREIGN_INSTALL
 */
export async function ensureIdentity(
  cluster: Cluster,
  session: Pick<InfisicalSession, 'identities' | 'createIdentity' | 'clientSecrets'>,
  namespace: string,
  adopted = false,
): Promise<Identity> {
  const found = await session.identities(operatorIdentity)
  const [first, ...others] = found
  if (first === undefined) return await session.createIdentity(operatorIdentity)
  const stored = await readValues(cluster, namespace, credentialsSecretName)
  const ours = found.find(({ id }) => id === identityOf(stored?.object))
  if (ours !== undefined) return ours
  if (others.length === 0) {
    if (adopted && !(await isUnused(session, first))) throw theirs(first)
    return first
  }
  const ids = found.map(({ id }) => id)
  throw new SealiftError(
    'SERVER_FAILED',
    `Infisical has ${ids.length} identities named ${operatorIdentity}, and nothing says which is Sealift's: ${ids.join(', ')}`,
    { faults: ids, hints: ['Delete, or rename, those that are not to be used; then run it again.'] },
  )
}

/** Whether an identity has no role, and nobody can come in as it but by what Sealift made: an earlier run has left it. */
async function isUnused(
  session: Pick<InfisicalSession, 'clientSecrets'>,
  { id, role, authMethods }: Identity,
): Promise<boolean> {
  if (role !== 'no-access' || authMethods.some(method => method !== 'universal-auth')) return false
  if (authMethods.length === 0) return true
  const [all, made] = [
    await session.clientSecrets(id),
    await session.clientSecrets(id, operatorPlace('').description),
  ]
  return all.length === made.length
}

function theirs({ id }: Identity): SealiftError {
  return new SealiftError(
    'FOREIGN_INSTALL',
    `Infisical has an identity ${operatorIdentity} already (${id}), and Sealift did not make it`,
    { hints: ['Give it another name in Infisical: whoever logs in as it goes on.'] },
  )
}

/**
 * Revokes every client secret that Sealift made for ESO's identity, and for those of teams' stores; those that others
 * made stay. Gives how many. @throws SealiftError SERVER_FAILED
 */
export async function revokeCredentials(session: InfisicalSession): Promise<number> {
  // First of all, so that it is done whatever becomes of the others.
  let revoked = await revokeOf(session, operatorIdentity, operatorPlace('').description)
  for (const name of new Set((await session.tenancy.identities()).map(({ name }) => name))) {
    const served = servedBy(name)
    if (served === undefined) continue
    const { description } = storeCredentials(`${served.project}.${served.environment}`, '')
    revoked += await revokeOf(session, name, description)
  }
  return revoked
}

async function revokeOf(session: InfisicalSession, name: string, description: string): Promise<number> {
  let revoked = 0
  for (const { id, authMethods } of await session.identities(name)) {
    if (!authMethods.includes('universal-auth')) continue
    for (const secret of await session.clientSecrets(id, description)) {
      await session.revokeClientSecret(id, secret)
      revoked += 1
    }
  }
  return revoked
}
