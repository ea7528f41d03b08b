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

/** Secrets of a folder by key, or those with `keys`; values decrypted. */
export async function readSecrets(
  { db, kms }: Context,
  folderId: string,
  keys?: readonly string[],
): Promise<Secret[]> {
  const sql = `SELECT * FROM secrets_v2
    WHERE "folderId" = $1 AND ($2::text[] IS NULL OR key = ANY($2)) ORDER BY key`
  const rows = await db.all<Row>(sql, [folderId, keys])
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

/** Adds secrets, or changes those with these keys in place, by one statement; values are trimmed and encrypted. */
export async function writeSecrets(
  { kms }: Context,
  db: Database,
  folderId: string,
  inputs: readonly SecretInput[],
): Promise<void> {
  const seal = (text: string | undefined) => (text === undefined ? null : kms.encrypt(text))
  // Of a key that comes twice the last counts: one statement cannot change a row twice.
  const last = [...new Map(inputs.map(input => [input.key, input])).values()]
  const column = (of: (input: SecretInput) => unknown) => last.map(of)
  await db.all(
    `INSERT INTO secrets_v2 AS old ("folderId", key, "encryptedValue", "encryptedComment", metadata)
      SELECT $1, key, coalesce(value, ''::bytea), comment, coalesce(metadata, '[]'::jsonb)
      FROM unnest($2::text[], $3::bytea[], $4::bytea[], $5::jsonb[]) AS given (key, value, comment, metadata)
      ON CONFLICT ("folderId", type, key) DO UPDATE SET version = old.version + 1, "updatedAt" = now(),
        "encryptedValue" = coalesce(($3::bytea[])[array_position($2::text[], old.key)], old."encryptedValue"),
        "encryptedComment" = coalesce(($4::bytea[])[array_position($2::text[], old.key)], old."encryptedComment"),
        metadata = coalesce(($5::jsonb[])[array_position($2::text[], old.key)], old.metadata)`,
    [
      folderId,
      column(({ key }) => key),
      column(({ value }) => seal(value === undefined ? undefined : trimValue(value))),
      column(({ comment }) => seal(comment)),
      column(({ metadata }) => (metadata === undefined ? null : JSON.stringify(metadata))),
    ],
  )
  for (const { key, newKey } of last)
    if (newKey !== undefined && newKey !== key)
      await db.all('UPDATE secrets_v2 SET key = $3 WHERE "folderId" = $1 AND key = $2', [
        folderId,
        key,
        newKey,
      ])
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
