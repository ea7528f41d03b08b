import { secretData } from '../../kernel/access/index.ts'
import { printable } from '../../kernel/errors/index.ts'
import { fieldsOf, type Mapping, mappingsOf, refreshSeconds, textsIn } from '../../kernel/objects/index.ts'
import { isReady } from '../../kernel/owned/index.ts'
import { type Cluster, type KubernetesObject, kinds, type ReadScope } from '../../kernel/ports/index.ts'
import { becomesOther } from '../stores/index.ts'
import type { Flaw, Looking } from './entries.ts'
import { type Found, nameOf, saysOf } from './finding.ts'
import { dueOf } from './intervals.ts'
import { readIn } from './reader.ts'
import { addressOf, type Scopes, scopeAt } from './scopes.ts'

/** The scopes of Sealift's stores that a PushSecret writes to. */
export function pushesTo(object: KubernetesObject, scopes: Scopes): ReadScope[] {
  return mappingsOf(fieldsOf(object['spec'])['secretStoreRefs']).flatMap(
    reference => scopeAt(reference, scopes) ?? [],
  )
}

/** What of a PushSecret is not as External Secrets Operator calls it. @throws SealiftError CLUSTER_*, SERVER_FAILED */
export async function checkPushSecret(
  object: KubernetesObject,
  cluster: Cluster,
  looking: Looking,
): Promise<Found> {
  const spec = fieldsOf(object['spec'])
  const { name: source } = textsIn(fieldsOf(spec['selector'])['secret'])
  const secret =
    source === undefined ? undefined : await cluster.get(kinds.secret, source, object.metadata.namespace)
  const flaws = await Promise.all(
    pushesTo(object, looking.scopes).flatMap(scope =>
      mappingsOf(spec['data']).map(entry => flawsOfPush(entry, scope, object, secret, looking)),
    ),
  )
  const said: Flaw[] = isReady(object)
    ? []
    : [
        {
          is: 'External Secrets Operator itself does not call it synced',
          remedy: `kubectl describe pushsecret ${object.metadata.name} says why`,
        },
      ]
  const shown = [...flaws.flat(), ...said].map(({ is, remedy, waits = false }) => ({
    ...{ waits, finding: { object: nameOf(object), says: saysOf(object), is, remedy } },
  }))
  return {
    findings: shown.filter(({ waits }) => !waits).map(({ finding }) => finding),
    waiting: shown.filter(({ waits }) => waits).map(({ finding }) => finding),
  }
}

async function flawsOfPush(
  entry: Mapping,
  store: ReadScope,
  object: KubernetesObject,
  secret: KubernetesObject | undefined,
  { reader, now }: Looking,
): Promise<Flaw[]> {
  const { secretKey } = textsIn(entry['match'])
  const { remoteKey, property } = textsIn(fieldsOf(entry['match'])['remoteRef'])
  if (remoteKey === undefined) return []
  const { scope, name } = addressOf(store, remoteKey)
  const folder = await reader.folder(scope)
  const read = folder && readIn(folder, name)
  const shown = secretKey === undefined ? 'the whole Secret' : `key ${printable(secretKey, 100)}`
  const flaws: Flaw[] = (read?.shadowed ?? []).map(({ environment, path }) => ({
    is: `${shown}: what it pushes shadows ${printable(name, 100)}, which ${scope.path} imports from ${environment}${path}`,
    remedy: `push through a store of the project that it belongs to, and delete ${printable(name, 100)} in ${scope.path} of ${scope.project}`,
  }))
  const { template, updatePolicy } = fieldsOf(object['spec'])
  const value =
    secretKey === undefined || secret === undefined ? undefined : secretData(secret).get(secretKey)
  // What a template or a property makes of it only External Secrets Operator knows.
  if (
    value === undefined ||
    template !== undefined ||
    property !== undefined ||
    updatePolicy === 'IfNotExists'
  )
    return flaws
  const changed = becomesOther(value.reveal(), scope.expand)
  const seconds = refreshSeconds(fieldsOf(object['spec'])['refreshInterval'])
  if (changed !== undefined)
    return [
      ...flaws,
      {
        is: `${shown}: every reconcile writes a new version${seconds > 0 ? `, each ${seconds} s` : ''}: ${changed}`,
        remedy: 'change the value in its Secret, so that nothing is trimmed or expanded of it',
      },
    ]
  if (!isReady(object) || read?.value.reveal() === value.reveal()) return flaws
  const due = dueOf(object, now)
  const is = `${shown}: Infisical does not have what the Secret has now`
  if (due.never || due.isOverdue)
    return [...flaws, { is, remedy: 'touch the PushSecret (an annotation): it does not watch its Secret' }]
  return [
    ...flaws,
    { is, remedy: `it is pushed ${due.when}; an annotation on it does not wait`, waits: true },
  ]
}
