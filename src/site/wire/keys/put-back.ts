import {
  isManaged,
  keysSecretName,
  readValues,
  secretData,
  systemNamespace,
} from '../../../kernel/access/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import {
  type Cluster,
  isTerminating,
  type KubernetesObject,
  kinds,
  type Secret,
} from '../../../kernel/ports/index.ts'
import { environmentIn, environmentSecret, type Variables } from '../../../kernel/server-variables/index.ts'
import { ensure } from '../ensure.ts'
import { fingerprintOf } from './fingerprint.ts'
import { fittingKeys } from './lost.ts'
import type { Keys } from './pair.ts'
import { keysRecordName, readKeysRecord } from './record.ts'

/** Annotation of keys that came from an escrow: their fingerprint. The next install takes it away. */
const restoredMark = 'sealift.dev/restored-keys'

/** The fingerprint that a Secret of keys bears since they came from an escrow. */
export function restoredFrom(object: KubernetesObject | undefined): string | undefined {
  const mark = object?.metadata.annotations?.[restoredMark]
  return isManaged(object) ? mark : undefined
}

type Values = ReadonlyMap<string, Secret>

interface Present {
  readonly values: Values
  /** What site.yaml and verbs for teams asked for, among them. */
  readonly more: Variables
}

/**
 * Writes keys into the Secret that install keeps them in, and into its copy, the copy first; what else is in them stays.
 * Without Infisical's namespace, or where that is not there, the copy is all: install makes the other of it. Keys that
 * are there are never replaced by different ones. Gives where it wrote.
 * @throws SealiftError FOREIGN_INSTALL for other keys, or a Secret that Sealift did not make, KEYS_LOST when the record
 * says that others open the database, CLUSTER_*
 */
export async function putKeysBack(
  cluster: Cluster,
  namespace: string | undefined,
  keys: Keys,
): Promise<string[]> {
  const fingerprint = fingerprintOf(keys)
  await refuseUnfitting(cluster, fingerprint)
  const there = namespace === undefined ? undefined : await cluster.get(kinds.namespace, namespace)
  const usable = namespace !== undefined && there !== undefined && !isTerminating(there)
  const places = [systemNamespace, ...(usable ? [namespace] : [])]
  const found = new Map<string, Present>()
  for (const place of places) {
    const present = await ownValues(cluster, place)
    if (present === undefined) continue
    found.set(place, present)
    refuseOthers(`${place}/${keysSecretName}`, present.values, keys)
  }
  const written: string[] = []
  const [any] = [...found.values()].sort((a, b) => b.values.size - a.values.size)
  for (const place of places) {
    const here = found.get(place)
    if (here?.values.has('ENCRYPTION_KEY') && here.values.has('AUTH_SECRET')) continue
    const { values, more } = here ?? any ?? { values: [], more: {} }
    const both = { ENCRYPTION_KEY: keys.encryptionKey, AUTH_SECRET: keys.authSecret }
    const whole = { wired: { ...Object.fromEntries(values), ...both }, more }
    await ensure(cluster, environmentSecret(place, whole, { [restoredMark]: fingerprint }))
    written.push(`${place}/${keysSecretName}`)
  }
  return written
}

async function ownValues(cluster: Cluster, place: string): Promise<Present | undefined> {
  const found = await readValues(cluster, place, keysSecretName)
  if (found === undefined || isTerminating(found.object)) return undefined
  if (isManaged(found.object))
    return { values: secretData(found.object), more: environmentIn(found.object)?.more ?? {} }
  throw new SealiftError(
    'FOREIGN_INSTALL',
    `Secret ${place}/${keysSecretName} is there already, and Sealift did not make it`,
    { hints: ['Keep what is in it elsewhere, delete it, and run it again.'] },
  )
}

async function refuseUnfitting(cluster: Cluster, fingerprint: string): Promise<void> {
  const fits = fittingKeys(await readKeysRecord(cluster))
  if (fits === undefined || fits === fingerprint) return
  throw new SealiftError(
    'KEYS_LOST',
    `this escrow is of keys ${fingerprint}; those that opened the database here have the fingerprint ${fits}`,
    {
      hints: [
        `Take the escrow of keys ${fits}: with others nothing in the database can be read.`,
        `Only if another database was put in its place, made with keys ${fingerprint}: delete ConfigMap ${systemNamespace}/${keysRecordName}, and run it again.`,
      ],
    },
  )
}

function refuseOthers(where: string, values: Values, { encryptionKey, authSecret }: Keys): void {
  const [encryption, auth] = [values.get('ENCRYPTION_KEY'), values.get('AUTH_SECRET')]
  const differs = (key: Secret | undefined, wanted: Secret) =>
    key !== undefined && key.reveal() !== wanted.reveal()
  if (!differs(encryption, encryptionKey) && !differs(auth, authSecret)) return
  const whole = encryption !== undefined && auth !== undefined
  const which = whole
    ? ` (fingerprint ${fingerprintOf({ encryptionKey: encryption, authSecret: auth })})`
    : ''
  throw new SealiftError(
    'FOREIGN_INSTALL',
    `Secret ${where} holds other keys${which}, and keys are never replaced`,
    {
      hints: [
        'Take the escrow of those, or leave it: keys that are there need no escrow.',
        `Only if they are known not to open the database: delete Secret ${where}, and run it again.`,
      ],
    },
  )
}
