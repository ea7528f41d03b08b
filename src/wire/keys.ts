import { SealiftError } from '../errors/index.ts'
import { type Cluster, type DatabaseLogin, type Random, Secret } from '../ports/index.ts'
import { readValues } from './connection.ts'
import { isManaged } from './managed.ts'
import { secretObject } from './secrets.ts'

/** Secret that Infisical's pod takes its environment from (`infisical.kubeSecretRef`). */
export const keysSecretName = 'infisical-secrets'

/** The two keys that everything in the database depends on. */
export interface Keys {
  readonly encryptionKey: Secret
  readonly authSecret: Secret
}

/** What the pod's environment holds besides the keys. */
export interface Environment {
  readonly databaseUri: Secret
  readonly cacheUrl: Secret
  readonly siteUrl: string
  /** CA of the database (PEM), for verify-full. */
  readonly databaseCa?: string
  readonly tls: DatabaseLogin['tls']
  readonly heapMiB: number | undefined
}

/** Keys that are kept on the site, with the connection they were made for. */
export interface StoredKeys extends Keys {
  readonly databaseUri: Secret | undefined
  readonly cacheUrl: Secret | undefined
}

/** New keys: 16 random bytes as hex, 32 as base64 (the forms the server checks). */
export function makeKeys(random: Random): Keys {
  return {
    encryptionKey: new Secret(Buffer.from(random.bytes(16)).toString('hex')),
    authSecret: new Secret(Buffer.from(random.bytes(32)).toString('base64')),
  }
}

/**
 * The keys kept on the site.
 * @throws SealiftError FOREIGN_INSTALL when the Secret is not Sealift's, KEYS_LOST when it is without its keys
 */
export async function storedKeys(cluster: Cluster, namespace: string): Promise<StoredKeys | undefined> {
  const found = await readValues(cluster, namespace, keysSecretName)
  if (found === undefined) return undefined
  if (!isManaged(found.object))
    throw new SealiftError(
      'FOREIGN_INSTALL',
      `namespace ${namespace} already has a Secret ${keysSecretName} that Sealift did not make`,
      {
        hints: ['There is an Infisical of somebody else here: choose another namespace, or remove it first.'],
      },
    )
  const encryptionKey = found.values.get('ENCRYPTION_KEY')
  const authSecret = found.values.get('AUTH_SECRET')
  if (encryptionKey === undefined || authSecret === undefined)
    throw new SealiftError('KEYS_LOST', `Secret ${namespace}/${keysSecretName} has lost its keys`, {
      hints: ['Put ENCRYPTION_KEY and AUTH_SECRET back from a backup.'],
    })
  const [databaseUri, cacheUrl] = [found.values.get('DB_CONNECTION_URI'), found.values.get('REDIS_URL')]
  return { encryptionKey, authSecret, databaseUri, cacheUrl }
}

/**
 * The keys on the site, or new ones. They are not stored yet: that is {@link storeKeys}.
 * `tables` says whether the database already holds Infisical's tables.
 * @throws SealiftError KEYS_LOST when it does and there are no keys, FOREIGN_INSTALL
 */
export async function keysFor(
  cluster: Cluster,
  random: Random,
  namespace: string,
  tables: boolean,
): Promise<Keys & Partial<StoredKeys>> {
  const stored = await storedKeys(cluster, namespace)
  if (stored !== undefined) return stored
  if (!tables) return makeKeys(random)
  throw new SealiftError(
    'KEYS_LOST',
    `the database holds an Infisical, but its keys (Secret ${namespace}/${keysSecretName}) are gone`,
    {
      hints: [
        'Without the old ENCRYPTION_KEY nothing in it can be read: restore the Secret from a backup.',
        'To begin anew, point the site file at another, empty database.',
      ],
    },
  )
}

/** Writes keys and environment. Keys that are stored already win over the ones given. */
export async function storeKeys(
  cluster: Cluster,
  namespace: string,
  keys: Keys,
  environment: Environment,
): Promise<void> {
  const { encryptionKey, authSecret } = (await storedKeys(cluster, namespace)) ?? keys
  const { databaseUri, cacheUrl, siteUrl, databaseCa, tls, heapMiB } = environment
  await cluster.apply(
    secretObject(namespace, keysSecretName, {
      ENCRYPTION_KEY: encryptionKey,
      AUTH_SECRET: authSecret,
      DB_CONNECTION_URI: databaseUri,
      REDIS_URL: cacheUrl,
      SITE_URL: siteUrl,
      TELEMETRY_ENABLED: 'false',
      ANNOUNCEMENTS_ENABLED: 'false',
      ...(tls === 'verify-full' && databaseCa !== undefined
        ? { DB_ROOT_CERT: Buffer.from(databaseCa).toString('base64') }
        : {}),
      // In the Secret, because no template of the chart reads extraEnv.
      ...(heapMiB === undefined ? {} : { NODE_OPTIONS: `--max-old-space-size=${heapMiB}` }),
    }),
  )
}
