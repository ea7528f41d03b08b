import type { Actor } from './actor.ts'
import type { Context } from './context.ts'
import { forbidden } from './errors.ts'
import { type Folder, folderAt } from './folders.ts'
import type { Access } from './permission.ts'
import { readSecrets, type Secret, type SecretPlace, visibility } from './secrets.ts'

/** An organisation's projects share where it says so, and the server's environment names it. */
export async function isSharing({ db, config }: Context, orgId: string): Promise<boolean> {
  const sql = 'SELECT 1 FROM organizations WHERE id = $1 AND "allowCrossProjectSecretSharing"'
  return config.sharing.includes(orgId) && (await db.first(sql, [orgId])) !== undefined
}

/** @throws ApiError 403, as recorded, where they do not */
export async function requireSharing(context: Context, { orgId }: Pick<Actor, 'orgId'>): Promise<void> {
  if (await isSharing(context, orgId)) return
  throw forbidden('Cross-project secret sharing is not enabled for this organization')
}

/** A row of `secret_imports` with where it comes from. */
export interface Import {
  readonly id: string
  readonly importPath: string
  readonly folderId: string
  readonly importEnvId: string
  readonly sourceProjectId: string
  readonly slug: string
  readonly orgId: string
}

/** The imports of a folder, in their order. */
export const importsOf = ({ db }: Context, folderId: string): Promise<Import[]> =>
  db.all<Import>(
    `SELECT i.*, e."projectId" "sourceProjectId", e.slug, p."orgId" FROM secret_imports i
      JOIN project_environments e ON e.id = i."importEnvId" JOIN projects p ON p.id = e."projectId"
      WHERE i."folderId" = $1 AND e."deleteAfter" IS NULL ORDER BY i.position`,
    [folderId],
  )

/** What a folder has by one of its imports. */
export interface Imported {
  readonly source: SecretPlace
  readonly secrets: readonly Secret[]
}

/**
 * What is read through a folder's imports, the last one first. Of a folder of another project a grant decides, of one of
 * its own the reader's rights there.
 */
export async function imported(
  context: Context,
  place: SecretPlace,
  access: Access,
  key?: string,
): Promise<Imported[]> {
  const found: Imported[] = []
  for (const { sourceProjectId, slug, importPath, orgId } of await importsOf(context, place.folderId)) {
    const folder = await folderAt(context.db, sourceProjectId, slug, importPath).catch(() => undefined)
    if (folder === undefined) continue
    const source = {
      ...{ projectId: sourceProjectId, environment: slug, path: importPath, folderId: folder.id },
    }
    const own = sourceProjectId === place.projectId
    if (!own && !(await isGranted(context, folder, place.projectId, orgId))) continue
    const secrets = (await readSecrets(context, folder.id, key === undefined ? undefined : [key])).filter(
      secret => !own || visibility(access, source, secret.key).readable,
    )
    found.unshift({ source, secrets })
  }
  return found
}

/** Whether a folder's project has granted it to another one, and may. */
async function isGranted(context: Context, { id }: Folder, projectId: string, orgId: string) {
  if (!(await isSharing(context, orgId))) return false
  const sql = 'SELECT 1 FROM project_folder_grants WHERE "sourceFolderId" = $1 AND "targetProjectId" = $2'
  return (await context.db.first(sql, [id, projectId])) !== undefined
}
