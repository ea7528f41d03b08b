import type { Patience } from '../../../kernel/owned/index.ts'
import { asStep, type Cluster, type Reporter, type Secret } from '../../../kernel/ports/index.ts'
import { isSameStore, type Judged, removeTrials, type StoreRef, switchStore } from '../../migrate/index.ts'
import type { Migrated } from './result.ts'

type Switch = Migrated['switches'][number]

/** What is to be switched, for people and for JSON, before anything is done. */
export function plannedSwitch(judged: Judged): Switch {
  const { namespace, name } = judged.of
  if ('cannot' in judged)
    return {
      ...{ externalSecret: `${namespace}/${name}`, secret: `${namespace}/${name}`, from: '', to: '' },
      ...{ state: 'cannot', why: judged.cannot },
    }
  const { object, secret, from, to } = judged.switchable
  return {
    externalSecret: `${namespace}/${object.metadata.name}`,
    secret: `${namespace}/${secret}`,
    ...{ from: text(from), to: text(to), state: isSameStore(from, to) ? 'already' : 'planned' },
  }
}

const text = ({ kind, name }: StoreRef) => `${kind} ${name}`

const sums = {
  kept: 'it would bring something else',
  switched: 'its Secret is what it was',
  already: 'it does already',
} as const

/** Switches one after the other; the first that is kept ends it, for the rest would end alike. @throws SealiftError CLUSTER_* */
export async function switchAll(
  all: readonly Judged[],
  cluster: Cluster,
  digest: (value: Secret) => string,
  reporter: Reporter,
  patience: Patience,
): Promise<Switch[]> {
  for (const namespace of new Set(all.map(({ of }) => of.namespace))) await removeTrials(cluster, namespace)
  const done: Switch[] = []
  for (const judged of all) {
    const planned = plannedSwitch(judged)
    if (!('switchable' in judged) || done.some(({ state }) => state === 'kept')) {
      done.push(planned)
      continue
    }
    const { switchable } = judged
    const switched = await asStep(
      reporter,
      `Let ${planned.externalSecret} read from ${switchable.to.name}`,
      progress => switchStore(switchable, cluster, digest, { ...patience, progress }),
      result => ('why' in result && result.state === 'already' ? 'it cannot' : sums[result.state]),
    )
    done.push({ ...planned, ...switched })
  }
  return done
}
