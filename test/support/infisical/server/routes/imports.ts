import { authenticate } from '../actor.ts'
import type { Context } from '../context.ts'
import { Fields } from '../fields.ts'
import { cleanPath, folderAt } from '../folders.ts'
import { accessTo } from '../permission.ts'
import { type Environment, projectById } from '../projects.ts'
import { type Route, route } from '../router.ts'

/** Imports of another folder's secrets: they are kept, but nothing is read through them. */
export function importRoutes(context: Context): Route[] {
  const { db } = context

  const add: Route['answer'] = async call => {
    const fields = new Fields(call.body)
    const [id, environment] = [fields.string('projectId'), fields.string('environment')]
    const path = cleanPath(fields.string('path', '/'))
    const source = new Fields(fields.object('import') ?? {})
    fields.done()
    const [from, importPath] = [source.string('environment'), cleanPath(source.string('path'))]
    source.done()
    const actor = await authenticate(context, call)
    const project = await projectById(db, actor, id)
    const place = { environment, secretPath: path }
    ;(await accessTo(db, actor, project.id)).require('create', 'secret-imports', place)
    const folder = await folderAt(db, project.id, environment, path, 'CreateImport')
    const { envId } = await folderAt(db, project.id, from, '/', 'CreateImport')
    const row = await db.first<Record<string, unknown>>(
      `INSERT INTO secret_imports ("importPath", "folderId", "importEnvId", position)
        VALUES ($1, $2, $3, (SELECT count(*) + 1 FROM secret_imports WHERE "folderId" = $2)) RETURNING *`,
      [importPath, folder.id, envId],
    )
    const importEnv = await db.first<Environment>(
      'SELECT name, slug, id FROM project_environments WHERE id = $1',
      [envId],
    )
    const { importEnvId: _, ...shown } = row ?? {}
    const replication = { isReplication: false, isReplicationSuccess: null, replicationStatus: null }
    const secretImport = { ...shown, ...replication, lastReplicated: null, isReserved: false, importEnv }
    return { message: 'Successfully created secret import', secretImport }
  }

  return [route('POST', '/api/v2/secret-imports', add)]
}
