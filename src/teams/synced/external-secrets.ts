import { fieldsOf, mappingsOf, refreshSeconds, textsIn } from '../../kernel/objects/index.ts'
import { isReady } from '../../kernel/owned/index.ts'
import { type Cluster, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import { type Flaw, flawsOfData, type Looking } from './entries.ts'
import { type Found, nameOf, saysOf } from './finding.ts'
import { flawsOfFinds } from './finds.ts'
import { type Scopes, scopeAt } from './scopes.ts'

/** Whether an ExternalSecret reads anything through one of Sealift's stores. */
export function readsThrough(object: KubernetesObject, scopes: Scopes): boolean {
  const { secretStoreRef, data, dataFrom } = fieldsOf(object['spec'])
  const all = [...mappingsOf(data), ...mappingsOf(dataFrom)].map(
    ({ sourceRef }) => fieldsOf(sourceRef)['storeRef'] ?? secretStoreRef,
  )
  return [secretStoreRef, ...all].some(reference => scopeAt(reference, scopes) !== undefined)
}

/** Name of the Secret that an ExternalSecret makes. */
export function targetOf(object: KubernetesObject): string {
  return textsIn(fieldsOf(object['spec'])['target'])['name'] || object.metadata.name
}

/** What of an ExternalSecret is not as External Secrets Operator calls it. @throws SealiftError CLUSTER_*, SERVER_FAILED */
export async function checkExternalSecret(
  object: KubernetesObject,
  cluster: Cluster,
  looking: Looking,
): Promise<Found> {
  const target = targetOf(object)
  const secret = await cluster.get(kinds.secret, target, object.metadata.namespace)
  const isTemplated = hasTemplate(object)
  const compared = secret !== undefined && !isTemplated && isReady(object) ? secret : undefined
  const flaws = [
    ...(await flawsOfFinds(object, compared, looking)),
    ...(await flawsOfData(object, compared, looking)),
    ...onceOnly(object),
    ...(isReady(object) && secret === undefined && makesSecret(object)
      ? [
          {
            is: `there is no Secret ${target}`,
            remedy: 'see what it finds; a Secret that was deleted comes with the next look',
          },
        ]
      : []),
  ]
  const said: Flaw[] = isReady(object)
    ? []
    : [
        {
          is: 'External Secrets Operator itself does not call it synced',
          remedy: `kubectl describe externalsecret ${object.metadata.name} says why`,
        },
      ]
  const all = [...flaws, ...(flaws.some(({ waits }) => !waits) ? [] : said)]
  const shown = all.map(({ is, remedy, waits = false }) => ({
    ...{ waits, finding: { object: nameOf(object), says: saysOf(object), is, remedy } },
  }))
  return {
    findings: shown.filter(({ waits }) => !waits).map(({ finding }) => finding),
    waiting: shown.filter(({ waits }) => waits).map(({ finding }) => finding),
  }
}

/** Whether it makes a Secret at all: by its policy it may only read. */
function makesSecret(object: KubernetesObject): boolean {
  return fieldsOf(fieldsOf(object['spec'])['target'])['creationPolicy'] !== 'None'
}

/** Whether its Secret is made by a template, which may make anything of the values. */
function hasTemplate(object: KubernetesObject): boolean {
  const { data, templateFrom } = fieldsOf(fieldsOf(fieldsOf(object['spec'])['target'])['template'])
  return data !== undefined || templateFrom !== undefined
}

/** One that is read a single time, though nobody said so by its policy. */
function onceOnly(object: KubernetesObject): Flaw[] {
  const { refreshInterval, refreshPolicy } = fieldsOf(object['spec'])
  const isPeriodic = refreshPolicy === undefined || refreshPolicy === 'Periodic'
  if (!isPeriodic || refreshSeconds(refreshInterval) !== 0) return []
  return [
    {
      is: 'it is read once and never again (refreshInterval 0): no change in Infisical arrives, not even with force-sync',
      remedy: 'set a refreshInterval such as 1h; or say refreshPolicy: CreatedOnce, if that is meant',
    },
  ]
}
