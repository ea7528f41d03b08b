import { authenticate } from '../actor.ts'
import type { Context } from '../context.ts'
import { type Folder, folderAt, foldersBelow, folderView } from '../folders.ts'
import { accessTo } from '../permission.ts'
import { type Environment, environmentView, projectById } from '../projects.ts'
import { type Route, route } from '../router.ts'

/**
 * All folders of a project, by environment. Not recorded: path and shape are those of upstream's project-router (v1) of
 * 2026-07, where the root is among the folders.
 */
export function folderTreeRoutes(context: Context): Route[] {
  const { db } = context

  const tree: Route['answer'] = async call => {
    const actor = await authenticate(context, call)
    const project = await projectById(db, actor, call.param('projectId'))
    await accessTo(db, actor, project.id)
    const sql =
      'SELECT * FROM project_environments WHERE "projectId" = $1 AND "deleteAfter" IS NULL ORDER BY position'
    const environments = await db.all<Environment>(sql, [project.id])
    const view = (folder: Folder, path: string) => ({ ...folderView(folder), path })
    const entries = await Promise.all(
      environments.map(async environment => {
        const root = await folderAt(db, project.id, environment.slug, '/')
        const below = await foldersBelow(db, root.id)
        const folders = [view(root, '/'), ...below.map(folder => view(folder, folder.relativePath))]
        return [environment.slug, { ...environmentView(environment), folders }]
      }),
    )
    return Object.fromEntries(entries)
  }

  return [route('GET', '/api/v1/projects/:projectId/environment-folder-tree', tree)]
}
