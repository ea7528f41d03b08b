import { authenticate } from './actor.ts'
import type { Context } from './context.ts'
import { badRequest, invalid } from './errors.ts'
import { Fields } from './fields.ts'
import { cleanPath, folderAt } from './folders.ts'
import { type Access, accessTo } from './permission.ts'
import { projectById, projectBySlug } from './projects.ts'
import type { Call } from './router.ts'
import type { SecretInput, SecretPlace } from './secrets.ts'

interface Located {
  readonly place: SecretPlace
  readonly access: Access
}

async function locate(
  context: Context,
  call: Call,
  where: Record<string, string | undefined>,
  kind?: string,
) {
  const actor = await authenticate(context, call)
  const { id, slug, environment, path } = where
  if (!(id || slug) || !environment) throw badRequest('Missing workspace id or environment')
  const find = id ? projectById(context.db, actor, id) : projectBySlug(context.db, actor, slug ?? '')
  const { id: projectId } = await find
  const access = await accessTo(context.db, actor, projectId)
  const clean = cleanPath(path ?? '/')
  const folder = await folderAt(context.db, projectId, environment, clean, kind)
  return { place: { projectId, environment, path: clean, folderId: folder.id }, access }
}

/** The folder that a read names in its query, and what the caller may do there. */
export function locateQuery(context: Context, call: Call, kind: string): Promise<Located> {
  const [path, environment] = [call.query('secretPath'), call.query('environment')]
  const id = call.query('projectId') ?? call.query('workspaceId')
  const slug = call.query('workspaceSlug') ?? call.query('projectSlug')
  return locate(context, call, { id, slug, environment, path }, kind)
}

/** The folder that a write names in its body, and what the caller may do there. */
export function locateBody(context: Context, call: Call, kind: string): Promise<Located> {
  const fields = new Fields(call.body)
  const id = fields.optional('projectId') ?? fields.optional('workspaceId')
  const slug = fields.optional('workspaceSlug') ?? fields.optional('projectSlug')
  const [environment, path] = [fields.string('environment'), fields.string('secretPath', '/')]
  fields.done()
  return locate(context, call, { id, slug, environment, path }, kind)
}

function checkName(name: string, path: readonly (string | number)[] = ['secretName']): string {
  if (!/[:/]/.test(name)) return name
  throw invalid([{ code: 'custom', message: 'Secret name cannot contain colon or forward slash.', path }])
}

/** The secret's name of the path. @throws ApiError 422 for ":" or "/" in it */
export const secretName = (call: Call): string => checkName(call.param('name'))

function readInput(
  body: Readonly<Record<string, unknown>>,
  name: string | undefined,
  action: string,
  path?: readonly (string | number)[],
): SecretInput {
  const fields = new Fields(body)
  const key = name ?? fields.string('secretKey')
  const value = action === 'create' || 'secretValue' in body ? fields.string('secretValue') : undefined
  const comment = fields.optional('secretComment')
  const newKey = action === 'edit' ? fields.optional('newSecretName') : undefined
  fields.done()
  const metadata = body['secretMetadata']
  return {
    key: checkName(key, path),
    ...(action !== 'delete' && value !== undefined ? { value } : {}),
    ...(comment === undefined ? {} : { comment }),
    ...(newKey === undefined ? {} : { newKey: checkName(newKey, path) }),
    ...(metadata === undefined ? {} : { metadata }),
  }
}

/** What a write says about its secrets: one, named by the path, or the body's list. @throws ApiError 422 */
export function readInputs(call: Call, many: boolean, action: string): SecretInput[] {
  if (!many) return [readInput(call.body, secretName(call), action)]
  const fields = new Fields(call.body)
  const list = fields.objects('secrets')
  fields.done()
  return list.map((entry, i) => readInput(entry, undefined, action, ['secrets', i, 'secretKey']))
}
