import type { Actor } from './actor.ts'
import type { Database } from './database.ts'
import { notFound } from './errors.ts'

/** A row of `projects`. */
export interface Project {
  readonly id: string
  readonly name: string
  readonly description: string | null
  readonly type: string
  readonly slug: string
  readonly orgId: string
  readonly hasDeleteProtection: boolean
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** A row of `project_environments`. */
export interface Environment {
  readonly id: string
  readonly name: string
  readonly slug: string
  readonly position: number
  readonly projectId: string
  readonly createdAt: Date
  readonly updatedAt: Date
}

const isUuid = (text: string) => /^[0-9a-f-]{36}$/i.test(text)

/** A project of the actor's organisation by its id. @throws ApiError 404 */
export async function projectById(db: Database, actor: Actor, id: string): Promise<Project> {
  const sql = 'SELECT * FROM projects WHERE id = $1 AND "orgId" = $2'
  const project = isUuid(id) ? await db.first<Project>(sql, [id, actor.orgId]) : undefined
  if (!project) throw notFound(`Project with ID '${id}' not found`)
  return project
}

/** A project of the actor's organisation by its slug. @throws ApiError 404 */
export async function projectBySlug(db: Database, actor: Actor, slug: string): Promise<Project> {
  const sql = 'SELECT * FROM projects WHERE slug = $1 AND "orgId" = $2'
  const project = await db.first<Project>(sql, [slug, actor.orgId])
  if (!project) throw notFound(`Project with slug '${slug}' not found`)
  return project
}

/** An environment as the API answers it. */
export const environmentView = (
  { id, name, slug, position, projectId, createdAt, updatedAt }: Environment,
  deletion: Readonly<Record<string, unknown>> = {},
) => ({
  ...{ id, name, slug, position, projectId, createdAt, updatedAt },
  ...{ deleteAfter: null, softDeletedAt: null, deletedByUserId: null, deletedByIdentityId: null },
  ...deletion,
})

/** Adds an environment and its root folder, at the end. */
export async function addEnvironment(db: Database, projectId: string, name: string, slug: string) {
  const last = await db.first<{ position: number }>(
    'SELECT coalesce(max(position), 0) AS position FROM project_environments WHERE "projectId" = $1',
    [projectId],
  )
  const row = { name, slug, projectId, position: (last?.position ?? 0) + 1 }
  const environment = await db.insert<Environment>('project_environments', row)
  await db.insert('secret_folders', { name: 'root', envId: environment.id })
  return environment
}

/** Adds a project with the given environments, `[name, slug]` each. */
export async function addProject(
  db: Database,
  row: Pick<Project, 'name' | 'slug' | 'type' | 'orgId' | 'description'> & { hasDeleteProtection?: boolean },
  environments: readonly (readonly [string, string])[],
): Promise<Project> {
  const project = await db.insert<Project>('projects', row)
  for (const [name, slug] of environments) await addEnvironment(db, project.id, name, slug)
  return project
}

/** A project as the API answers it, with its environments. */
export async function projectView(db: Database, project: Project) {
  const rows = await db.all<Environment & { deleteAfter: Date | null }>(
    'SELECT * FROM project_environments WHERE "projectId" = $1 ORDER BY position',
    [project.id],
  )
  const listed = (isGone: boolean) =>
    rows
      .filter(({ deleteAfter }) => (deleteAfter !== null) === isGone)
      .map(({ name, slug, id }) => ({ name, slug, id }))
  return {
    ...bareProject(project),
    ...{ _id: project.id, environments: listed(false), deletedEnvironments: listed(true) },
  }
}

/** A project as the API answers its change and its end. */
export function bareProject(project: Project) {
  return {
    id: project.id,
    name: project.name,
    description: project.description,
    type: project.type,
    defaultProduct: null,
    slug: project.slug,
    autoCapitalization: false,
    orgId: project.orgId,
    createdAt: project.createdAt,
    updatedAt: project.updatedAt,
    version: 3,
    upgradeStatus: null,
    pitVersionLimit: 10,
    kmsCertificateKeyId: null,
    auditLogsRetentionDays: null,
    hasDeleteProtection: project.hasDeleteProtection,
    secretSharing: true,
    showSnapshotsLegacy: false,
    secretDetectionIgnoreValues: null,
    enforceEncryptedSecretManagerSecretMetadata: null,
  }
}
