import { managed, systemNamespace } from '../access/index.ts'
import { SealiftError } from '../errors/index.ts'
import { textsIn } from '../objects/index.ts'
import { type Cluster, type KubernetesObject, kinds } from '../ports/index.ts'
import { type NewEntry, nextLine } from './entry.ts'

/** A part of the log, as a ConfigMap has it. */
export interface HistoryPart {
  readonly name: string
  /** Without their newlines, oldest first. */
  readonly lines: readonly string[]
}

const label = 'sealift.dev/history'
const field = 'entries.jsonl'
const prefix = 'sealift-audit-'
// etcd takes objects up to 1.5 MiB; a part that is written anew with each entry shall be small.
const mostBytes = 256 * 1024
const tries = 5

/** The parts of the log, oldest first. @throws SealiftError CLUSTER_* */
export async function historyParts(cluster: Pick<Cluster, 'list'>): Promise<HistoryPart[]> {
  return (await objects(cluster)).map(object => ({ name: object.metadata.name, lines: linesOf(object) }))
}

/**
 * Appends entries and gives the last line. Nobody else may have written meanwhile: the lease excludes it, and the version
 * of the object is checked all the same; where somebody has, it is tried again behind that.
 * @throws SealiftError CLUSTER_*
 */
export async function appendHistory(
  cluster: Pick<Cluster, 'list' | 'apply' | 'create'>,
  entriesBehind: (last: string | undefined) => readonly NewEntry[],
): Promise<string | undefined> {
  for (let left = tries; ; left--) {
    const found = await objects(cluster)
    const last = found.at(-1)
    const before = found.flatMap(linesOf).at(-1)
    const added: string[] = []
    for (const entry of entriesBehind(before)) added.push(nextLine(added.at(-1) ?? before, entry))
    if (added.length === 0) return before
    try {
      await write(cluster, last, added)
      return added.at(-1)
    } catch (error) {
      const raced = error instanceof SealiftError && error.code === 'CLUSTER_FAILED'
      if (!raced || left <= 1 || (await versionsOf(cluster)) === versions(found)) throw error
    }
  }
}

async function write(
  cluster: Pick<Cluster, 'apply' | 'create'>,
  last: KubernetesObject | undefined,
  added: readonly string[],
): Promise<void> {
  const text = [...(last ? linesOf(last) : []), ...added].map(line => `${line}\n`).join('')
  const resourceVersion = textsIn(last?.metadata)['resourceVersion']
  if (last !== undefined && Buffer.byteLength(text) <= mostBytes) {
    const version = resourceVersion === undefined ? {} : { resourceVersion }
    await cluster.apply(part(last.metadata.name, text, version))
    return
  }
  const number = last === undefined ? 1 : numberOf(last) + 1
  // One that is there already was made by somebody else meanwhile.
  await cluster.create(
    part(`${prefix}${String(number).padStart(4, '0')}`, added.map(line => `${line}\n`).join('')),
  )
}

function part(name: string, text: string, more: object = {}): KubernetesObject {
  return {
    ...kinds.configMap,
    metadata: { name, namespace: systemNamespace, labels: { ...managed, [label]: 'audit' }, ...more },
    data: { [field]: text },
  }
}

/** By name, which says it, whatever labels somebody has taken off. */
async function objects(cluster: Pick<Cluster, 'list'>): Promise<KubernetesObject[]> {
  const all = await cluster.list(kinds.configMap, systemNamespace)
  return all
    .filter(({ metadata }) => /^sealift-audit-\d{4,9}$/.test(metadata.name))
    .sort((a, b) => numberOf(a) - numberOf(b))
}

const versionsOf = async (cluster: Pick<Cluster, 'list'>) => versions(await objects(cluster))
const versions = (found: readonly KubernetesObject[]) =>
  found.map(({ metadata }) => `${metadata.name} ${textsIn(metadata)['resourceVersion']}`).join(',')

/** The number in a part's name. */
export const numberOf = ({ metadata: { name } }: Pick<KubernetesObject, 'metadata'>): number =>
  Number(name.slice(prefix.length))

function linesOf(object: KubernetesObject): string[] {
  return (textsIn(object['data'])[field] ?? '').split('\n').filter(line => line !== '')
}
