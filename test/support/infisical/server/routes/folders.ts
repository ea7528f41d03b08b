import { authenticate } from '../actor.ts'
import type { Context } from '../context.ts'
import { badRequest, notFound } from '../errors.ts'
import { Fields } from '../fields.ts'
import {
  cleanPath,
  ensureFolderAt,
  type Folder,
  folderAt,
  foldersBelow,
  foldersIn,
  folderView,
} from '../folders.ts'
import { accessTo } from '../permission.ts'
import { projectById } from '../projects.ts'
import { type Route, route } from '../router.ts'

/** Folders of an environment (v2). */
export function folderRoutes(context: Context): Route[] {
  const { db } = context

  const create: Route['answer'] = async call => {
    const fields = new Fields(call.body)
    const [projectId, environment, name] = ['projectId', 'environment', 'name'].map(field =>
      fields.string(field),
    )
    const path = cleanPath(fields.string('path', '/'))
    const description = fields.optional('description') ?? null
    if (!/^[a-zA-Z0-9_-]+$/.test(name ?? '')) {
      const message =
        'Invalid folder name. Only alphanumeric characters, dashes, and underscores are allowed.'
      fields.fault({ code: 'custom', message, path: ['name'] })
    }
    fields.done()
    const actor = await authenticate(context, call)
    const project = await projectById(db, actor, projectId ?? '')
    const place = { environment: environment ?? '', secretPath: path }
    ;(await accessTo(db, actor, project.id)).require('create', 'secret-folders', place)
    const parent = await ensureFolderAt(db, project.id, place.environment, path)
    const siblings = await foldersIn(db, parent.id)
    if (siblings.some(folder => folder.name === name)) {
      throw badRequest(`Folder with name '${name}' already exists in path '${path}'`)
    }
    const row = { name, description, envId: parent.envId, parentId: parent.id }
    const folder = await db.insert<Folder>('secret_folders', row)
    return { folder: { ...folderView(folder), path: cleanPath(`${path}/${name}`) } }
  }

  const list: Route['answer'] = async call => {
    const actor = await authenticate(context, call)
    const project = await projectById(db, actor, call.query('projectId') ?? '')
    await accessTo(db, actor, project.id)
    const path = cleanPath(call.query('path') ?? '/')
    const parent = await folderAt(db, project.id, call.query('environment') ?? '', path, 'GetFolders')
    if (call.query('recursive') !== 'true')
      return { folders: (await foldersIn(db, parent.id)).map(folderView) }
    const below = await foldersBelow(db, parent.id)
    return { folders: below.map(folder => ({ ...folderView(folder), relativePath: folder.relativePath })) }
  }

  const remove: Route['answer'] = async call => {
    const fields = new Fields(call.body)
    const [projectId, environment] = [fields.string('projectId'), fields.string('environment')]
    const path = cleanPath(fields.string('path', '/'))
    const isForced = fields.boolean('forceDelete', false)
    fields.done()
    const actor = await authenticate(context, call)
    const project = await projectById(db, actor, projectId)
    const access = await accessTo(db, actor, project.id)
    access.require('delete', 'secret-folders', { environment, secretPath: path })
    const parent = await folderAt(db, project.id, environment, path, 'DeleteFolder')
    const sql = 'SELECT * FROM secret_folders WHERE "parentId" = $1 AND (id::text = $2 OR name = $2)'
    const folder = await db.first<Folder>(sql, [parent.id, call.param('id')])
    if (!folder) throw notFound(`Folder with ID '${call.param('id')}' not found`)
    const holds = `SELECT 1 FROM secret_folders WHERE "parentId" = $1
      UNION ALL SELECT 1 FROM secrets_v2 WHERE "folderId" = $1`
    if (!isForced && (await db.first(holds, [folder.id])))
      throw badRequest(
        `Cannot delete folder "${folder.name}" because it contains resources. Use forceDelete=true to delete it forcefully.`,
        'deleteFolder',
      )
    await db.all('DELETE FROM secret_folders WHERE id = $1', [folder.id])
    return { folder: folderView(folder) }
  }

  return [
    route('POST', '/api/v2/folders', create),
    route('GET', '/api/v2/folders', list),
    route('DELETE', '/api/v2/folders/:id', remove),
  ]
}
