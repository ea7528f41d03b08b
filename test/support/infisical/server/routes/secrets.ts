import type { Context } from '../context.ts'
import { badRequest, denied, notFound } from '../errors.ts'
import { secretChanged } from '../queue.ts'
import { expand } from '../references.ts'
import { type Call, type Route, route } from '../router.ts'
import { locateBody, locateQuery, readInputs, secretName } from '../secret-requests.ts'
import {
  placesFrom,
  readSecrets,
  type Secret,
  type SecretPlace,
  secretView,
  visibility,
  writeSecret,
} from '../secrets.ts'

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

  const list =
    (generation: Generation): Route['answer'] =>
    async call => {
      const { place, access } = await locateQuery(context, call, 'SecretPathNotFound')
      access.require('describeSecret', 'secrets')
      const withValues = call.query('viewSecretValue') !== 'false'
      if (withValues) access.require('readValue', 'secrets')
      const secrets = []
      for (const at of await placesFrom(db, place, call.query('recursive') === 'true')) {
        for (const secret of await readSecrets(context, at.folderId)) {
          const { described, readable } = visibility(access, at, secret.key)
          if (!described) continue
          if (withValues && !readable) throw denied('You are not allowed to readValue on secrets')
          const expanded = isExpanding(call, generation)
            ? await expand(context, access, at, secret.value)
            : undefined
          const view = secretView(secret, at, withValues ? expanded : '<hidden-by-infisical>')
          const more = {
            secretPath: at.path,
            secretValueHidden: !withValues,
            secretMetadata: secret.metadata,
          }
          secrets.push({ ...view, ...unrotated, ...more, tags: [] })
        }
      }
      return { secrets, imports: [] }
    }

  const read =
    (generation: Generation): Route['answer'] =>
    async call => {
      const { place, access } = await locateQuery(context, call, 'GetSecretByName')
      const name = secretName(call)
      const at = { environment: place.environment, secretPath: place.path, secretName: name }
      for (const action of ['describeSecret', 'readValue']) access.require(action, 'secrets', at)
      const [secret] = await readSecrets(context, place.folderId, name)
      if (!secret) throw notFound(`Secret with name '${name}' not found`)
      const value = isExpanding(call, generation)
        ? await expand(context, access, place, secret.value)
        : secret.value
      const more = {
        secretValueHidden: false,
        secretPath: place.path,
        tags: [],
        secretMetadata: secret.metadata,
      }
      return { secret: { ...secretView(secret, place, value), ...unrotated, ...more } }
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
      const before = new Map((await readSecrets(context, place.folderId)).map(secret => [secret.key, secret]))
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
        for (const input of inputs) {
          const pair = [place.folderId, input.key]
          if (action !== 'delete') await writeSecret(context, work, place.folderId, input)
          else await work.all('DELETE FROM secrets_v2 WHERE "folderId" = $1 AND key = $2', pair)
        }
      })
      await secretChanged(queues, place.folderId)
      const keys = inputs.map(input => input.newKey ?? input.key)
      const after = action === 'delete' ? before : new Map(await entries(place))
      const secrets = keys.flatMap(key => after.get(key) ?? []).map(secret => view(secret, place, action))
      return many ? { secrets } : { secret: secrets[0] }
    }

  const entries = async ({ folderId }: SecretPlace) =>
    (await readSecrets(context, folderId)).map(secret => [secret.key, secret] as const)

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
