import type { Database } from './database.ts'
import { notFound } from './errors.ts'

/** A row of `secret_folders`. */
export interface Folder {
  readonly id: string
  readonly name: string
  readonly version: number
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly envId: string
  readonly parentId: string | null
  readonly isReserved: boolean
  readonly description: string | null
  readonly lastSecretModified: Date | null
}

/** `/a/b/` → `/a/b`; the root is `/`. */
export const cleanPath = (path: string): string => `/${path.split('/').filter(Boolean).join('/')}`

/**
 * The folder at `path` of an environment.
 * @throws ApiError 404; `kind` is its `error` field, which the real server names after the operation.
 */
export async function folderAt(
  db: Database,
  projectId: string,
  environment: string,
  path: string,
  kind?: string,
) {
  let folder = await db.first<Folder>(
    `SELECT f.* FROM secret_folders f JOIN project_environments e ON e.id = f."envId"
      WHERE e."projectId" = $1 AND e.slug = $2 AND e."deleteAfter" IS NULL AND f."parentId" IS NULL`,
    [projectId, environment],
  )
  for (const name of path.split('/').filter(Boolean)) {
    const sql = 'SELECT * FROM secret_folders WHERE "parentId" = $1 AND name = $2'
    folder = folder && (await db.first<Folder>(sql, [folder.id, name]))
  }
  if (folder) return folder
  const named = `Folder with path '${cleanPath(path)}' in environment`
  if (kind !== 'SecretPathNotFound') throw notFound(`${named} with slug '${environment}' not found`, kind)
  const help = 'Please ensure the environment slug and secret path is correct.'
  throw notFound(`${named} '${environment}' was not found. ${help}`, kind)
}

/** The folder at `path`, made with all that is missing above it. @throws ApiError 404 without the environment */
export async function ensureFolderAt(db: Database, projectId: string, environment: string, path: string) {
  let folder = await folderAt(db, projectId, environment, '/', 'CreateFolder')
  for (const name of path.split('/').filter(Boolean)) {
    const sql = 'SELECT * FROM secret_folders WHERE "parentId" = $1 AND name = $2'
    const below = await db.first<Folder>(sql, [folder.id, name])
    const row = { name, envId: folder.envId, parentId: folder.id }
    folder = below ?? (await db.insert<Folder>('secret_folders', row))
  }
  return folder
}

/** Every folder below `parent`, one level after the other, with its path from there. */
export async function foldersBelow(db: Database, parent: string) {
  const found: (Folder & { relativePath: string })[] = []
  const add = async (id: string, at: string) => {
    for (const folder of await foldersIn(db, id))
      found.push({ ...folder, relativePath: `${at}/${folder.name}` })
  }
  await add(parent, '')
  for (const folder of found) await add(folder.id, folder.relativePath)
  return found
}

/** The folders directly below `parent`, by name. */
export const foldersIn = (db: Database, parent: string): Promise<Folder[]> =>
  db.all<Folder>('SELECT * FROM secret_folders WHERE "parentId" = $1 ORDER BY name', [parent])

/** A folder as the API answers it. */
export const folderView = (folder: Folder) => ({
  id: folder.id,
  name: folder.name,
  version: folder.version,
  createdAt: folder.createdAt,
  updatedAt: folder.updatedAt,
  envId: folder.envId,
  parentId: folder.parentId,
  isReserved: folder.isReserved,
  description: folder.description,
  lastSecretModified: folder.lastSecretModified,
})
