import {
  isManaged,
  keysSecretName,
  readValues,
  siteOf,
  systemNamespace,
} from '../../../kernel/access/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import { type Cluster, kinds, type Random, Secret } from '../../../kernel/ports/index.ts'
import { fingerprintOf } from './fingerprint.ts'
import { fittingKeys, lostKeys } from './lost.ts'
import type { Keys } from './pair.ts'
import { restoredFrom } from './put-back.ts'
import { readKeysRecord } from './record.ts'

/** Keys that are kept on the site, with the connection they were made for. */
export interface StoredKeys extends Keys {
  readonly databaseUri: Secret | undefined
  readonly cacheUrl: Secret | undefined
  /** Their fingerprint, where they came from an escrow and no install has taken them up since. */
  readonly restored?: string
}

/** New keys: 16 random bytes as hex, 32 as base64 (the forms the server checks). */
export function makeKeys(random: Random): Keys {
  return {
    encryptionKey: new Secret(Buffer.from(random.bytes(16)).toString('hex')),
    authSecret: new Secret(Buffer.from(random.bytes(32)).toString('base64')),
  }
}

/**
 * The keys kept on the site: those of Infisical's namespace, or their copy in Sealift's own where those are gone.
 * @throws SealiftError FOREIGN_INSTALL when the Secret is not Sealift's, KEYS_LOST when both are without their keys, or
 * hold different ones
 */
export async function storedKeys(cluster: Cluster, namespace: string): Promise<StoredKeys | undefined> {
  const found = await readValues(cluster, namespace, keysSecretName)
  if (found !== undefined && !isManaged(found.object))
    throw new SealiftError(
      'FOREIGN_INSTALL',
      `namespace ${namespace} already has a Secret ${keysSecretName} that Sealift did not make`,
      {
        hints: ['There is an Infisical of somebody else here: choose another namespace, or remove it first.'],
      },
    )
  const copy = await readValues(cluster, systemNamespace, keysSecretName)
  const [own, spare] = [keysIn(found?.values), isManaged(copy?.object) ? keysIn(copy?.values) : undefined]
  const same = (key: keyof Keys) => own?.[key].reveal() === spare?.[key].reveal()
  if (own && spare && !(same('encryptionKey') && same('authSecret')))
    throw new SealiftError(
      'KEYS_LOST',
      `Secrets ${namespace}/${keysSecretName} and ${systemNamespace}/${keysSecretName} hold different keys`,
      { hints: [await whichFits(cluster, { [namespace]: own, [systemNamespace]: spare })] },
    )
  const kept = own ?? spare
  if (kept === undefined && found !== undefined)
    throw await lostKeys(cluster, `Secret ${namespace}/${keysSecretName} has lost its keys`)
  // By the copy alone: whoever may write in Infisical's namespace only could lay keys ready with such a mark.
  const restored = spare && restoredFrom(copy?.object)
  return kept && { ...kept, ...(restored === undefined ? {} : { restored }) }
}

/** What to do about two places with different keys, by the record of those that opened the database. */
async function whichFits(cluster: Cluster, places: Readonly<Record<string, Keys>>): Promise<string> {
  const fits = fittingKeys(await readKeysRecord(cluster))
  const marked = Object.entries(places).map(([place, keys]) => [place, fingerprintOf(keys)] as const)
  const all = marked.map(([place, fingerprint]) => `${place} has ${fingerprint}`).join(', ')
  const [wrong, ...more] = marked.filter(([, fingerprint]) => fingerprint !== fits)
  return wrong === undefined || more.length > 0
    ? `Nobody but you can tell which opens the database: delete the other one of the two (${all}).`
    : `Those that opened the database have the fingerprint ${fits} (${all}): delete Secret ${wrong[0]}/${keysSecretName}.`
}

/**
 * Makes sure that keys for a database that holds nothing yet were not laid ready by somebody: in a namespace that
 * was there before and that no install has claimed. Whoever did would know the keys and the database's password.
 * `older` says that they may be those of an older Sealift, which marked none.
 * @throws SealiftError FOREIGN_INSTALL, CLUSTER_*
 */
export async function refusePlantedKeys(cluster: Cluster, namespace: string, older = false): Promise<void> {
  if (older) return
  if ((await cluster.get(kinds.secret, keysSecretName, namespace)) === undefined) return
  if (siteOf(await cluster.get(kinds.namespace, namespace)) !== undefined) return
  if (isManaged(await cluster.get(kinds.secret, keysSecretName, systemNamespace))) return
  throw new SealiftError(
    'FOREIGN_INSTALL',
    `namespace ${namespace} has a Secret ${keysSecretName} already, which no install is known to have made`,
    { hints: ['The database holds nothing that needs its keys, and whoever made it knows them: delete it.'] },
  )
}

function keysIn(values: ReadonlyMap<string, Secret> | undefined): StoredKeys | undefined {
  const encryptionKey = values?.get('ENCRYPTION_KEY')
  const authSecret = values?.get('AUTH_SECRET')
  if (encryptionKey === undefined || authSecret === undefined) return undefined
  const [databaseUri, cacheUrl] = [values?.get('DB_CONNECTION_URI'), values?.get('REDIS_URL')]
  return { encryptionKey, authSecret, databaseUri, cacheUrl }
}

/**
 * The keys on the site, or new ones. They are not stored yet: that is {@link storeKeys}.
 * `tables` says whether the database already holds Infisical's tables, `mark` the fingerprint of keys that it bears.
 * @throws SealiftError KEYS_LOST when it does and there are no keys, FOREIGN_INSTALL
 */
export async function keysFor(
  cluster: Cluster,
  random: Random,
  namespace: string,
  tables: boolean,
  mark?: string,
): Promise<Keys & Partial<StoredKeys>> {
  const stored = await storedKeys(cluster, namespace)
  if (stored !== undefined) return stored
  if (!tables) return makeKeys(random)
  const gone = `the database holds an Infisical, but its keys (Secret ${namespace}/${keysSecretName}) are gone`
  const { code, message, hints } = await lostKeys(cluster, gone, mark)
  const anew =
    'To begin anew, point the site file at another, empty database: nothing in this one can be read without them.'
  throw new SealiftError(code, message, { hints: [...hints, anew] })
}
