import type {
  ClientCredentials,
  Cluster,
  Infisical,
  InfisicalSession,
  Permission,
  Project,
  SecretPlace,
} from '../ports/index.ts'
import { refusedLogin } from './bootstrap.ts'
import { readValues } from './connection.ts'
import { secretObject } from './secrets.ts'

/** Secret in ESO's namespace with the machine identity's clientId and clientSecret. */
export const credentialsSecretName = 'infisical-universal-auth'

/** The project, environment and folder in which Sealift proves that secrets arrive. */
export const probeScope = { project: 'platform-shared', environment: 'prod', path: '/sealift-probe' } as const

const identityName = 'external-secrets'
/** Of the client secrets, so that those that somebody else made for the identity are left alone. */
const description = 'External Secrets Operator, made by Sealift'
const identityAnnotation = 'sealift.dev/identity'

/** What the least tenancy needs; `namespace` is ESO's. */
export interface TenancyNeeds {
  readonly cluster: Cluster
  readonly infisical: Infisical
  readonly session: InfisicalSession
  readonly namespace: string
}

/**
 * The least that ESO needs: the project with the probe's folder, and a machine identity that may read there and
 * nowhere else. Community edition has no custom roles: no-access plus an additional privilege does it.
 * Credentials that still log in are kept; new ones revoke those before. Gives the place of the probe's secrets.
 * @throws SealiftError SERVER_FAILED, CLUSTER_*
 */
export async function ensureTenancy({
  cluster,
  infisical,
  session,
  namespace,
}: TenancyNeeds): Promise<SecretPlace> {
  const project = await ensureProject(session)
  const place = { projectId: project.id, environment: probeScope.environment, path: probeScope.path }
  await session.ensureFolder(place)
  const kept = await keptIdentity(cluster, infisical, namespace)
  const known = kept ?? (await session.identity(identityName))
  const identityId = known ?? (await session.createIdentity(identityName))
  await session.addToProject(project.id, identityId, 'no-access')
  await session.addPrivilege(project.id, identityId, 'sealift-probe-read', readProbe())
  if (kept !== undefined) return place
  const clientId = await session.attachUniversalAuth(identityId)
  const lost = known === undefined ? [] : await session.clientSecrets(identityId, description)
  const clientSecret = await session.createClientSecret(identityId, description)
  const annotations = { [identityAnnotation]: identityId }
  await cluster.apply(secretObject(namespace, credentialsSecretName, { clientId, clientSecret }, annotations))
  // Whoever has one of an earlier install could still read what ESO reads.
  for (const id of lost) await session.revokeClientSecret(identityId, id)
  return place
}

/** Reading what lies in the probe's folder and below. ESO needs both actions, and no folder rights. */
function readProbe(): Permission[] {
  const { environment, path } = probeScope
  const rule = { subject: 'secrets', action: ['describeSecret', 'readValue'] }
  return [
    { ...rule, conditions: { environment, secretPath: path } },
    { ...rule, conditions: { environment, secretPath: { $glob: `${path}/**` } } },
  ]
}

async function ensureProject(session: InfisicalSession): Promise<Project> {
  const { project: slug, environment } = probeScope
  const project = (await session.project(slug)) ?? (await session.createProject(slug, slug))
  // dev, staging and prod come with a project; somebody may have taken prod away.
  if (!project.environments.some(({ slug: found }) => found === environment))
    await session.createEnvironment(project.id, 'Production', environment)
  return project
}

/** The identity whose stored credentials the server takes. One try: three bad ones lock it for five minutes. */
async function keptIdentity(
  cluster: Cluster,
  infisical: Infisical,
  namespace: string,
): Promise<string | undefined> {
  const found = await readValues(cluster, namespace, credentialsSecretName)
  const identityId = found?.object.metadata.annotations?.[identityAnnotation]
  const clientId = found?.values.get('clientId')
  const clientSecret = found?.values.get('clientSecret')
  if (identityId === undefined || clientId === undefined || clientSecret === undefined) return undefined
  const credentials: ClientCredentials = { clientId: clientId.reveal(), clientSecret }
  try {
    await infisical.loginIdentity(credentials)
    return identityId
  } catch (error) {
    if (refusedLogin(error)) return undefined
    throw error
  }
}
