import { authenticate } from '../actor.ts'
import type { Context } from '../context.ts'
import { forbidden, notFound } from '../errors.ts'
import { Fields } from '../fields.ts'
import { cleanPath, type Folder, folderAt } from '../folders.ts'
import { accessTo } from '../permission.ts'
import { type Environment, projectById } from '../projects.ts'
import { type Route, route } from '../router.ts'
import { importsOf, isSharing, requireSharing } from '../sharing.ts'

/** Imports of another folder's secrets, of the same project or of one that has granted it. */
export function importRoutes(context: Context): Route[] {
  const { db } = context

  /** An import as it is answered. */
  async function view({ importEnvId, ...row }: Record<string, unknown>) {
    const sql = 'SELECT name, slug, id FROM project_environments WHERE id = $1'
    const importEnv = await db.first<Environment>(sql, [importEnvId])
    const replication = { isReplication: false, isReplicationSuccess: null, replicationStatus: null }
    return { ...row, ...replication, lastReplicated: null, isReserved: false, importEnv }
  }

  const add: Route['answer'] = async call => {
    const fields = new Fields(call.body)
    const [id, environment] = [fields.string('projectId'), fields.string('environment')]
    const path = cleanPath(fields.string('path', '/'))
    const given = new Fields(fields.object('import') ?? {})
    fields.done()
    const sourceProjectId = given.optional('sourceProjectId') ?? id
    const [from, importPath] = [given.string('environment'), cleanPath(given.string('path'))]
    given.done()
    const actor = await authenticate(context, call)
    const project = await projectById(db, actor, id)
    const place = { environment, secretPath: path }
    ;(await accessTo(db, actor, project.id)).require('create', 'secret-imports', place)
    const isForeign = sourceProjectId !== project.id
    if (isForeign) await requireSharing(context, actor)
    const source = await projectById(db, actor, sourceProjectId)
    // Of its own project a folder may come later.
    const sourceFolder = await folderAt(db, source.id, from, isForeign ? importPath : '/', 'CreateImport')
    if (isForeign) await requireGrant(sourceFolder, project.id)
    const folder = await folderAt(db, project.id, environment, path, 'CreateImport')
    const row = await db.first<Record<string, unknown>>(
      `INSERT INTO secret_imports ("importPath", "folderId", "importEnvId", position)
        VALUES ($1, $2, $3, (SELECT count(*) + 1 FROM secret_imports WHERE "folderId" = $2)) RETURNING *`,
      [importPath, folder.id, sourceFolder.envId],
    )
    return { message: 'Successfully created secret import', secretImport: await view(row ?? {}) }
  }

  async function requireGrant({ id }: Folder, projectId: string): Promise<void> {
    const sql = 'SELECT 1 FROM project_folder_grants WHERE "sourceFolderId" = $1 AND "targetProjectId" = $2'
    if (await db.first(sql, [id, projectId])) return
    throw forbidden('No project grant found allowing this cross-project import')
  }

  const list: Route['answer'] = async call => {
    const actor = await authenticate(context, call)
    const project = await projectById(db, actor, call.query('projectId') ?? '')
    const [environment, path] = [call.query('environment') ?? '', cleanPath(call.query('path') ?? '/')]
    const place = { environment, secretPath: path }
    ;(await accessTo(db, actor, project.id)).require('read', 'secret-imports', place)
    const folder = await folderAt(db, project.id, environment, path, 'GetImports')
    const all = await importsOf(context, folder.id)
    // Those from other projects are only told while they may share.
    const shares = await isSharing(context, actor.orgId)
    const told = all.filter(({ sourceProjectId }) => shares || sourceProjectId === project.id)
    const secretImports = await Promise.all(
      told.map(({ sourceProjectId: _, slug: __, orgId: ___, ...row }) => view(row)),
    )
    return { message: 'Successfully fetched secret imports', secretImports }
  }

  const remove: Route['answer'] = async call => {
    const fields = new Fields(call.body)
    const [id, environment] = [fields.string('projectId'), fields.string('environment')]
    const path = cleanPath(fields.string('path', '/'))
    fields.done()
    const actor = await authenticate(context, call)
    const project = await projectById(db, actor, id)
    const place = { environment, secretPath: path }
    ;(await accessTo(db, actor, project.id)).require('delete', 'secret-imports', place)
    const folder = await folderAt(db, project.id, environment, path, 'DeleteImport')
    const sql = 'DELETE FROM secret_imports WHERE id::text = $1 AND "folderId" = $2 RETURNING *'
    const row = await db.first<Record<string, unknown>>(sql, [call.param('id'), folder.id])
    if (!row) throw notFound(`Secret import with folder ID '${call.param('id')}' not found`)
    return { message: 'Successfully deleted secret import', secretImport: await view(row) }
  }

  const base = '/api/v2/secret-imports'
  return [route('POST', base, add), route('GET', base, list), route('DELETE', `${base}/:id`, remove)]
}
