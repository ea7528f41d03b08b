import type { Context } from './context.ts'
import { ApiError } from './errors.ts'
import { folderAt } from './folders.ts'
import type { Access } from './permission.ts'
import { readSecrets, type SecretPlace, visibility } from './secrets.ts'

const reference = /\$\{([^{}\s]+)\}/g

/**
 * Replaces `${KEY}` (same folder) and `${environment.folder.KEY}` in a value, references in references too.
 * What is missing or may not be read becomes empty text; a circle ends after ten levels.
 */
export async function expand(
  context: Context,
  access: Access,
  place: SecretPlace,
  value: string,
  depth = 0,
): Promise<string> {
  const found = [...new Set([...value.matchAll(reference)].map(match => match[1] ?? ''))]
  if (found.length === 0 || depth === 10) return value
  const values = new Map<string, string>()
  for (const name of found) {
    const target = await locate(context, place, name)
    const [secret] = target ? await readSecrets(context, target.place.folderId, [target.key]) : []
    const readable = secret && target && visibility(access, target.place, secret.key).readable
    values.set(name, readable ? await expand(context, access, target.place, secret.value, depth + 1) : '')
  }
  return value.replace(reference, (_, name: string) => values.get(name) ?? '')
}

/**
 * Replaces references as they are in values from another project: each becomes empty text. No step says so; with any
 * other rule the length of the recorded list through an import would be another one.
 */
export const emptied = (value: string): string => value.replace(reference, '')

async function locate({ db }: Context, place: SecretPlace, name: string) {
  const parts = name.split('.')
  const key = parts.at(-1) ?? name
  if (parts.length === 1) return { place, key }
  const [environment = '', ...folders] = parts.slice(0, -1)
  const path = `/${folders.join('/')}`
  try {
    const folder = await folderAt(db, place.projectId, environment, path)
    return { place: { ...place, environment, path, folderId: folder.id }, key }
  } catch (error) {
    if (error instanceof ApiError) return undefined
    throw error
  }
}
