import type { Context } from '../context.ts'
import { badRequest, denied, notFound } from '../errors.ts'
import type { Access } from '../permission.ts'
import { secretChanged } from '../queue.ts'
import { emptied, expand } from '../references.ts'
import { type Call, type Route, route } from '../router.ts'
import { locateBody, locateQuery, readInputs, secretName } from '../secret-requests.ts'
import {
  placesFrom,
  readSecrets,
  type Secret,
  type SecretPlace,
  secretView,
  visibility,
  writeSecrets,
} from '../secrets.ts'
import { imported } from '../sharing.ts'

const unrotated = { isRotatedSecret: false, rotationId: null }

/** What differs between the two generations of the API that are both served. */
interface Generation {
  readonly one: string
  readonly all: string
  readonly batch: string
  /** Whether references are expanded where the caller does not say. */
  readonly expands: boolean
}

const v3: Generation = {
  one: '/api/v3/secrets/raw/:name',
  all: '/api/v3/secrets/raw',
  batch: '/api/v3/secrets/batch/raw',
  expands: false,
}
const v4: Generation = {
  one: '/api/v4/secrets/:name',
  all: '/api/v4/secrets',
  batch: '/api/v4/secrets/batch',
  expands: true,
}

/** Secrets: read, list, create, update, delete, one by one and in batches (v3 raw and v4). */
export function secretRoutes(context: Context): Route[] {
  const { db, queues } = context

  const isExpanding = (call: Call, generation: Generation) =>
    (call.query('expandSecretReferences') ?? String(generation.expands)) === 'true'

  const isImporting = (call: Call, { expands: isNew }: Generation) =>
    (call.query('include_imports') ?? call.query('includeImports') ?? String(isNew)) === 'true'

  const list =
    (generation: Generation): Route['answer'] =>
    async call => {
      const { place, access } = await locateQuery(context, call, 'SecretPathNotFound')
      access.require('describeSecret', 'secrets')
      const withValues = call.query('viewSecretValue') !== 'false'
      if (withValues) access.require('readValue', 'secrets')
      const [secrets, imports] = [[] as object[], [] as object[]]
      for (const at of await placesFrom(db, place, call.query('recursive') === 'true')) {
        for (const secret of await readSecrets(context, at.folderId)) {
          const { described, readable } = visibility(access, at, secret.key)
          if (!described) continue
          if (withValues && !readable) throw denied('You are not allowed to readValue on secrets')
          const value = isExpanding(call, generation)
            ? await expand(context, access, at, secret.value)
            : undefined
          const view = secretView(secret, at, withValues ? value : '<hidden-by-infisical>')
          const more = {
            secretPath: at.path,
            secretValueHidden: !withValues,
            secretMetadata: secret.metadata,
          }
          secrets.push({ ...view, ...unrotated, ...more, tags: [] })
        }
        if (isImporting(call, generation))
          imports.push(...(await listImports(at, access, isExpanding(call, generation), withValues)))
      }
      return { secrets, imports }
    }

  /** A value from `source` as it is read in `place`. */
  const expanded = async (place: SecretPlace, source: SecretPlace, access: Access, value: string) =>
    place.projectId === source.projectId ? await expand(context, access, source, value) : emptied(value)

  /** What a list says of each import. */
  async function listImports(at: SecretPlace, access: Access, expands: boolean, withValues: boolean) {
    const found = (await imported(context, at, access)).map(async ({ source, secrets }) => ({
      ...{ secretPath: source.path, environment: source.environment, folderId: source.folderId },
      secrets: await Promise.all(
        secrets.map(async secret => {
          const value = expands ? await expanded(at, source, access, secret.value) : secret.value
          const { id, version, type, key, comment, skipMultilineEncoding, metadata } = secret
          return {
            ...{ id, _id: id, workspace: '', environment: source.environment, version, type },
            ...{ secretKey: key, secretValue: withValues ? value : '<hidden-by-infisical>' },
            ...{ secretComment: comment, skipMultilineEncoding, ...unrotated },
            ...{ secretValueHidden: !withValues, secretMetadata: metadata },
          }
        }),
      ),
    }))
    return await Promise.all(found)
  }

  /** A folder's own secret of a name, or the one that an import has; with where it really lies. */
  async function named(place: SecretPlace, access: Access, name: string, imports: boolean) {
    const [own] = await readSecrets(context, place.folderId, [name])
    if (own || !imports) return own && { secret: own, source: place }
    const [first] = (await imported(context, place, access, name)).filter(({ secrets }) => secrets.length > 0)
    const [secret] = first?.secrets ?? []
    return first && secret && { secret, source: first.source }
  }

  const read =
    (generation: Generation): Route['answer'] =>
    async call => {
      const { place, access } = await locateQuery(context, call, 'GetSecretByName')
      const name = secretName(call)
      const at = { environment: place.environment, secretPath: place.path, secretName: name }
      for (const action of ['describeSecret', 'readValue']) access.require(action, 'secrets', at)
      const found = await named(place, access, name, isImporting(call, generation))
      if (!found) throw notFound(`Secret with name '${name}' not found`)
      const { secret, source } = found
      const value = isExpanding(call, generation)
        ? await expanded(place, source, access, secret.value)
        : secret.value
      const more = {
        secretValueHidden: false,
        secretPath: source.path,
        tags: [],
        secretMetadata: secret.metadata,
      }
      // Recorded: one that is imported is of the project that was asked, and of the environment that it lies in.
      const shown = { ...place, environment: source.environment }
      return { secret: { ...secretView(secret, shown, value), ...unrotated, ...more } }
    }

  /** Runs one kind of change on one or many secrets: all of them or none. */
  const change =
    (action: 'create' | 'edit' | 'delete', many: boolean): Route['answer'] =>
    async call => {
      const kind = { create: 'CreateSecret', edit: 'UpdateSecret', delete: 'DeleteSecret' }[action]
      const inputs = readInputs(call, many, action)
      const { place, access } = await locateBody(context, call, kind)
      for (const { key } of inputs) {
        const at = { environment: place.environment, secretPath: place.path, secretName: key }
        access.require(action, 'secrets', at)
      }
      const named = inputs.map(input => input.key)
      const before = new Map(await entries(place, named))
      const known = inputs.filter(input => before.has(input.key)).map(input => input.key)
      const unknown = inputs.filter(input => !before.has(input.key)).map(input => input.key)
      if (action === 'create' && known.length > 0) {
        throw badRequest(many ? `Secret already exists: ${known.join(',')}` : 'Secret already exists')
      }
      const upserts = many && action === 'edit' && call.body['mode'] === 'upsert'
      if (action !== 'create' && !upserts && unknown.length > 0) {
        const absent = `Secret does not exist: ${unknown.join(',')} in path ${place.path}`
        throw notFound(many ? absent : `Secret with name '${unknown}' not found`)
      }
      await db.transaction(async work => {
        if (action !== 'delete') await writeSecrets(context, work, place.folderId, inputs)
        else
          await work.all('DELETE FROM secrets_v2 WHERE "folderId" = $1 AND key = ANY($2)', [
            place.folderId,
            named,
          ])
      })
      await secretChanged(queues, place.folderId)
      const keys = inputs.map(input => input.newKey ?? input.key)
      const after = action === 'delete' ? before : new Map(await entries(place, keys))
      const secrets = keys.flatMap(key => after.get(key) ?? []).map(secret => view(secret, place, action))
      return many ? { secrets } : { secret: secrets[0] }
    }

  const entries = async ({ folderId }: SecretPlace, keys: readonly string[]) =>
    (await readSecrets(context, folderId, keys)).map(secret => [secret.key, secret] as const)

  // Recorded: create has no secretValueHidden, delete has no rotation fields.
  const view = (secret: Secret, place: SecretPlace, action: string) => ({
    ...secretView(secret, place),
    ...(action === 'delete' ? {} : unrotated),
    ...(action === 'create' ? {} : { secretValueHidden: false }),
  })

  return [v3, v4].flatMap(generation => [
    // Batches first: `batch` would otherwise be taken for the name of a secret.
    route('POST', generation.batch, change('create', true)),
    route('PATCH', generation.batch, change('edit', true)),
    route('DELETE', generation.batch, change('delete', true)),
    route('GET', generation.all, list(generation)),
    route('GET', generation.one, read(generation)),
    route('POST', generation.one, change('create', false)),
    route('PATCH', generation.one, change('edit', false)),
    route('DELETE', generation.one, change('delete', false)),
  ])
}
