import type { Context } from './context.ts'
import type { Database } from './database.ts'
import { cleanPath, foldersIn } from './folders.ts'
import type { Access } from './permission.ts'

/** Where secrets are: a folder of an environment of a project. */
export interface SecretPlace {
  readonly projectId: string
  readonly environment: string
  readonly path: string
  readonly folderId: string
}

/** A row of `secrets_v2` with its value in clear. */
export interface Secret {
  readonly id: string
  readonly version: number
  readonly type: string
  readonly key: string
  readonly value: string
  readonly comment: string
  readonly skipMultilineEncoding: boolean
  readonly metadata: unknown
  readonly createdAt: Date
  readonly updatedAt: Date
}

type Row = Omit<Secret, 'value' | 'comment'> & { encryptedValue: Buffer; encryptedComment: Buffer | null }

/** Leading and trailing white space goes; of trailing newlines exactly one stays. */
const trimValue = (value: string): string => value.trim() + (value.endsWith('\n') ? '\n' : '')

/** Secrets of a folder by key, or the one with `key`; values decrypted. */
export async function readSecrets({ db, kms }: Context, folderId: string, key?: string): Promise<Secret[]> {
  const sql = `SELECT * FROM secrets_v2 WHERE "folderId" = $1 AND ($2::text IS NULL OR key = $2) ORDER BY key`
  const rows = await db.all<Row>(sql, [folderId, key])
  return rows.map(({ encryptedValue, encryptedComment, ...row }) => ({
    ...row,
    value: kms.decrypt(encryptedValue),
    comment: encryptedComment ? kms.decrypt(encryptedComment) : '',
  }))
}

/** What a caller says about one secret. */
export interface SecretInput {
  readonly key: string
  /** Absent in an update that leaves the value alone. */
  readonly value?: string
  readonly comment?: string
  readonly newKey?: string
  readonly metadata?: unknown
}

/** Adds a secret, or changes the one with this key in place; its value is trimmed and encrypted. */
export async function writeSecret({ kms }: Context, db: Database, folderId: string, input: SecretInput) {
  const seal = (text: string | undefined) => (text === undefined ? null : kms.encrypt(text))
  await db.all(
    `INSERT INTO secrets_v2 ("folderId", key, "encryptedValue", "encryptedComment", metadata)
      VALUES ($1, $2, coalesce($3, ''::bytea), $4, coalesce($5, '[]'::jsonb))
      ON CONFLICT ("folderId", type, key) DO UPDATE SET version = secrets_v2.version + 1, "updatedAt" = now(),
        key = $6, "encryptedValue" = coalesce($3, secrets_v2."encryptedValue"),
        "encryptedComment" = coalesce($4, secrets_v2."encryptedComment"),
        metadata = coalesce($5, secrets_v2.metadata)`,
    [
      folderId,
      input.key,
      seal(input.value === undefined ? undefined : trimValue(input.value)),
      seal(input.comment),
      input.metadata === undefined ? null : JSON.stringify(input.metadata),
      input.newKey ?? input.key,
    ],
  )
  await db.all('UPDATE secret_folders SET "lastSecretModified" = now() WHERE id = $1', [folderId])
}

/** This folder, and all below it where `recursive`. */
export async function placesFrom(
  db: Database,
  place: SecretPlace,
  recursive: boolean,
): Promise<SecretPlace[]> {
  if (!recursive) return [place]
  const below = await Promise.all(
    (await foldersIn(db, place.folderId)).map(folder =>
      placesFrom(
        db,
        { ...place, folderId: folder.id, path: cleanPath(`${place.path}/${folder.name}`) },
        true,
      ),
    ),
  )
  return [place, ...below.flat()]
}

/** What `access` lets the caller see of one secret. */
export function visibility(access: Access, place: SecretPlace, key: string) {
  const at = { environment: place.environment, secretPath: place.path, secretName: key }
  return {
    described: access.can('describeSecret', 'secrets', at),
    readable: access.can('readValue', 'secrets', at),
  }
}

/** A secret as create answers it; other answers add to this (see routes/secrets.ts). */
export const secretView = (secret: Secret, place: SecretPlace, value = secret.value) => ({
  id: secret.id,
  _id: secret.id,
  workspace: place.projectId,
  environment: place.environment,
  version: secret.version,
  type: secret.type,
  secretKey: secret.key,
  secretValue: value,
  secretComment: secret.comment,
  secretReminderNote: null,
  secretReminderRepeatDays: null,
  skipMultilineEncoding: secret.skipMultilineEncoding,
  createdAt: secret.createdAt,
  updatedAt: secret.updatedAt,
})
