import { authenticate } from '../actor.ts'
import type { Context } from '../context.ts'
import { badRequest, notFound } from '../errors.ts'
import { Fields } from '../fields.ts'
import { cleanPath, folderAt } from '../folders.ts'
import { accessTo } from '../permission.ts'
import { projectById } from '../projects.ts'
import { type Route, route } from '../router.ts'
import { requireSharing } from '../sharing.ts'

interface Grant {
  readonly id: string
  readonly sourceProjectId: string
  readonly sourceFolderId: string
  readonly targetProjectId: string
}

/** Grants: a project lets another one import what lies in one of its folders. */
export function grantRoutes(context: Context): Route[] {
  const { db } = context

  const add: Route['answer'] = async call => {
    const fields = new Fields(call.body)
    const [source, target] = [fields.string('sourceProjectId'), fields.string('targetProjectId')]
    const [environment, path] = [fields.string('environment'), cleanPath(fields.string('secretPath') ?? '/')]
    fields.done()
    const actor = await authenticate(context, call)
    await requireSharing(context, actor)
    const project = await projectById(db, actor, source)
    ;(await accessTo(db, actor, project.id)).require('create', 'project-folder-grants')
    const folder = await folderAt(db, project.id, environment, path)
    const { id: targetProjectId } = await projectById(db, actor, target)
    const sql = 'SELECT 1 FROM project_folder_grants WHERE "sourceFolderId" = $1 AND "targetProjectId" = $2'
    if (await db.first(sql, [folder.id, targetProjectId]))
      throw badRequest('A grant already exists for this folder and target project')
    const row = { sourceProjectId: project.id, sourceFolderId: folder.id, targetProjectId }
    return { grant: await db.insert<Grant>('project_folder_grants', row) }
  }

  const list: Route['answer'] = async call => {
    const actor = await authenticate(context, call)
    const project = await projectById(db, actor, call.query('sourceProjectId') ?? '')
    await accessTo(db, actor, project.id)
    const sql = `SELECT g.*, f.name "folderName", e.name "environmentName", e.slug "environmentSlug",
        t.name "targetProjectName",
        (SELECT count(*)::integer FROM secrets_v2 s WHERE s."folderId" = f.id) "secretCount"
      FROM project_folder_grants g JOIN secret_folders f ON f.id = g."sourceFolderId"
        JOIN project_environments e ON e.id = f."envId" JOIN projects t ON t.id = g."targetProjectId"
      WHERE g."sourceProjectId" = $1 ORDER BY g."createdAt"`
    return { grants: await db.all(sql, [project.id]) }
  }

  const remove: Route['answer'] = async call => {
    const actor = await authenticate(context, call)
    await requireSharing(context, actor)
    const project = await projectById(db, actor, call.query('sourceProjectId') ?? '')
    ;(await accessTo(db, actor, project.id)).require('delete', 'project-folder-grants')
    const sql = `DELETE FROM project_folder_grants WHERE id::text = $1 AND "sourceProjectId" = $2 RETURNING *`
    const grant = await db.first<Grant>(sql, [call.param('id'), project.id])
    if (!grant) throw notFound('Grant not found')
    return { grant }
  }

  const base = '/api/v1/project-folder-grants'
  return [route('POST', base, add), route('GET', base, list), route('DELETE', `${base}/:id`, remove)]
}
