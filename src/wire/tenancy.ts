import type {
  Cluster,
  Infisical,
  InfisicalSession,
  Permission,
  Project,
  SecretPlace,
} from '../ports/index.ts'
import { keptCredentials, newCredentials, revokeLost } from './identity-credentials.ts'

/** The project, environment and folder in which Sealift proves that secrets arrive. */
export const probeScope = { project: 'platform-shared', environment: 'prod', path: '/sealift-probe' } as const

const identityName = 'external-secrets'

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
  const kept = await keptCredentials(cluster, infisical, namespace)
  const known = kept?.identityId ?? (await session.identity(identityName))
  const identityId = known ?? (await session.createIdentity(identityName))
  await session.addToProject(project.id, identityId, 'no-access')
  await session.addPrivilege(project.id, identityId, 'sealift-probe-read', readProbe())
  const credentials =
    kept ?? (await newCredentials(cluster, session, namespace, identityId, known !== undefined))
  await revokeLost(cluster, session, namespace, credentials)
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
