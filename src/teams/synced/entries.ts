import { printable } from '../../kernel/errors/index.ts'
import { fieldsOf, type Mapping, mappingsOf, textsIn } from '../../kernel/objects/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'
import { type Due, dueOf } from './intervals.ts'
import { type Reader, readIn } from './reader.ts'
import { addressOf, isOfAllTeams, type Scopes, scopeAt } from './scopes.ts'
import { isEmptied, isValue, untakenProperty } from './values.ts'

/** What is not so about a part of an object, and what to do. */
export interface Flaw {
  readonly is: string
  readonly remedy: string
  /** Whether it is to be right by itself, with the next look. */
  readonly waits?: boolean
}

/** What an ExternalSecret is looked at with. */
export interface Looking {
  readonly reader: Reader
  readonly scopes: Scopes
  readonly now: number
}

/**
 * What of the entries of `data` that come through Sealift's stores has not arrived as it is in Infisical.
 * @param secret the target, where it is there and made of nothing but these values
 */
export async function flawsOfData(
  object: KubernetesObject,
  secret: KubernetesObject | undefined,
  looking: Looking,
): Promise<Flaw[]> {
  const { secretStoreRef, data } = fieldsOf(object['spec'])
  const flaws = await Promise.all(
    mappingsOf(data).map(entry => flawsOfEntry(entry, secretStoreRef, object, secret, looking)),
  )
  return flaws.flat()
}

async function flawsOfEntry(
  entry: Mapping,
  base: unknown,
  object: KubernetesObject,
  secret: KubernetesObject | undefined,
  { reader, scopes, now }: Looking,
): Promise<Flaw[]> {
  const reference = fieldsOf(entry['sourceRef'])['storeRef'] ?? base
  const store = scopeAt(reference, scopes)
  const { key, property, decodingStrategy = 'None', metadataPolicy = 'None' } = textsIn(entry['remoteRef'])
  const { secretKey = '' } = textsIn(entry)
  if (store === undefined || key === undefined || metadataPolicy !== 'None') return []
  const { scope, name } = addressOf(store, key)
  const shown = `key ${printable(secretKey, 100)}`
  const folder = await reader.folder(scope)
  const read = folder && readIn(folder, name)
  const due = dueOf(object, now)
  if (read === undefined && isOfAllTeams(reference))
    return [
      {
        is: `${shown}: the store sees no ${printable(key, 200)}`,
        remedy:
          'where the team has it, sealift stores plan says which grant or import is missing, and apply makes it; see stores.look.into, too',
      },
    ]
  if (read === undefined)
    return [
      { is: `${shown}: ${printable(key, 200)} is not in Infisical any more`, remedy: refetch(due.when) },
    ]
  const raw = scope.expand ? await reader.folder({ ...scope, expand: false }) : folder
  const unexpanded = (raw && readIn(raw, name))?.value.reveal() ?? ''
  const flaws: Flaw[] = []
  for (const { environment, path } of read.shadowed)
    flaws.push({
      is: `${shown}: a secret of the folder's own shadows ${printable(name, 100)}, which it imports from ${environment}${path}`,
      remedy: `delete ${printable(name, 100)} in ${scope.path} of ${scope.project}, ${scope.environment}: what is imported is read then`,
    })
  if (read.isAmbiguous)
    flaws.push({
      is: `${shown}: several imports of ${scope.path} have ${printable(name, 100)}, with values of their own`,
      remedy: 'leave one of them in Infisical',
    })
  if (isEmptied(unexpanded, read.value.reveal()))
    flaws.push({
      is: `${shown}: its value has a reference (\${…}) that leads nowhere, or to nothing, and arrives without it`,
      remedy: 'set expandSecretReferences: false for the store, or write the value without a reference',
    })
  const whole = read.value.reveal()
  const there = fieldsOf(secret?.['data'])[secretKey]
  const untaken = property === undefined ? undefined : untakenProperty(whole, property)
  if (untaken !== undefined && there === '')
    flaws.push({
      is: `${shown}: property ${printable(property ?? '', 100)} is ${untaken} in JSON, and only texts arrive: it is empty`,
      remedy: 'write it as a text in Infisical, or take the whole value and a template with fromJson',
    })
  // Of a part of a value, and of one that is decoded, only External Secrets Operator knows what it makes.
  if (secret === undefined || property !== undefined || decodingStrategy !== 'None' || read.isAmbiguous)
    return flaws
  if (isValue(there, whole)) return flaws
  return [...flaws, stale(shown, due)]
}

/** What is said of something that differs, by when it is looked at again. */
export function stale(shown: string, { never, isOverdue, when }: Due): Flaw {
  if (never)
    return {
      is: `${shown}: it is not what Infisical has now, and is never looked at again (refreshInterval or refreshPolicy)`,
      remedy: 'set a refreshInterval such as 1h',
    }
  if (isOverdue)
    return {
      is: `${shown}: it is not what Infisical has now, and its time to look again is over`,
      remedy:
        'see whether External Secrets Operator runs, and raise its concurrent: with 1 many objects wait',
    }
  return { is: `${shown}: it is not what Infisical has now`, remedy: refetch(when), waits: true }
}

const refetch = (when: string) =>
  `it is looked at again ${when}; kubectl annotate … force-sync=$(date +%s) --overwrite does not wait`
