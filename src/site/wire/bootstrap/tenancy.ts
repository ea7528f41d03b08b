import { probeScope, statusOf } from '../../../kernel/access/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import { keptCredentials, newCredentials, operatorPlace, revokeLost } from '../../../kernel/owned/index.ts'
import type {
  Cluster,
  Infisical,
  InfisicalSession,
  Permission,
  Project,
  SecretPlace,
} from '../../../kernel/ports/index.ts'
import { ensureIdentity } from './identity-credentials.ts'

/** The part of a session that the least tenancy is made with. */
export type TenancySession = Pick<
  InfisicalSession,
  | 'project'
  | 'createProject'
  | 'createEnvironment'
  | 'ensureFolder'
  | 'addToProject'
  | 'ensurePrivilege'
  | 'identities'
  | 'createIdentity'
  | 'attachUniversalAuth'
  | 'createClientSecret'
  | 'clientSecrets'
  | 'revokeClientSecret'
  | 'clearLockouts'
> & { readonly tenancy: Pick<InfisicalSession['tenancy'], 'admin'> }

/** What the least tenancy needs; `namespace` is ESO's. */
export interface TenancyNeeds {
  readonly cluster: Cluster
  readonly infisical: Pick<Infisical, 'loginIdentity'>
  readonly session: TenancySession
  readonly namespace: string
  /** Whether somebody else set the server up, whose identities are not to be taken. */
  readonly adopted?: boolean
}

/** Where the probe's secrets are, and whether anything had to be written, on the server or in the cluster. */
export interface Tenancy {
  readonly place: SecretPlace
  readonly changed: boolean
  /** Whether the probe's folder was added to a project that was there before. */
  readonly joined: boolean
}

/**
 * The least that ESO needs: the project with the probe's folder, and a machine identity that may read there and
 * nowhere else. Community edition has no custom roles: no-access plus an additional privilege does it.
 * Credentials that still log in are kept; new ones revoke those before.
 * @throws SealiftError SERVER_FAILED, CLUSTER_*
 */
export async function ensureTenancy(needs: TenancyNeeds): Promise<Tenancy> {
  const { cluster, infisical, session, namespace } = needs
  const { id: projectId, made, found } = await ensureProject(session)
  const place = { projectId, environment: probeScope.environment, path: probeScope.path }
  const folder = await session.ensureFolder(place)
  const joined = found && folder
  const credentials = operatorPlace(namespace)
  const kept = await keptCredentials(cluster, infisical, credentials)
  if (kept !== undefined) {
    const granted = await grant(session, projectId, kept.identityId)
    const revoked = await revokeLost(cluster, session, credentials, kept)
    return { place, joined, changed: made || folder || granted || revoked }
  }
  const identity = await ensureIdentity(cluster, session, namespace, needs.adopted)
  // First the rights: what finds the credentials may use them at once.
  await grant(session, projectId, identity.id)
  await revokeLost(
    cluster,
    session,
    credentials,
    await newCredentials(cluster, session, credentials, identity),
  )
  return { place, joined, changed: true }
}

async function grant(session: TenancySession, projectId: string, identityId: string): Promise<boolean> {
  const joined = await session.addToProject(projectId, identityId, 'no-access')
  const permitted = await session.ensurePrivilege(projectId, identityId, 'sealift-probe-read', readProbe())
  return joined || permitted
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

async function ensureProject(
  session: TenancySession,
): Promise<{ id: string; made: boolean; found: boolean }> {
  const { project: slug, environment } = probeScope
  const found = await projectIfAny(session, slug)
  const project = found ?? (await session.createProject(slug, slug))
  // dev, staging and prod come with a project; somebody may have taken prod away.
  const whole = project.environments.some(({ slug: known }) => known === environment)
  if (!whole) await session.createEnvironment(project.id, 'Production', environment)
  return { id: project.id, made: found === undefined || !whole, found: found !== undefined }
}

/** On a server that somebody else set up it may be a project that the admin is not in. */
async function projectIfAny(session: TenancySession, slug: string): Promise<Project | undefined> {
  try {
    return await session.project(slug)
  } catch (error) {
    if (!(error instanceof SealiftError) || statusOf(error) !== 403) throw error
    const { admin } = session.tenancy
    throw error.with({ hints: [`Infisical has a project ${slug} already: make ${admin} an admin of it.`] })
  }
}
