import { parseSite } from '../../../src/kernel/inputs/index.ts'
import {
  type Cluster,
  type Database,
  type KubernetesObject,
  kinds,
  type Random,
} from '../../../src/kernel/ports/index.ts'
import type { SiteServices } from '../../../src/site/wire/index.ts'
import { secretObject } from '../../../src/site/wire/secrets.ts'
import { cacheOf, countingRandom, siteCluster } from '../../unit/site/wire/memory.ts'
import { smallSite } from '../../unit/site/wire/sites.ts'
import type { MemoryCluster } from '../memory-cluster.ts'
import { RecordingClock } from '../recording-clock.ts'
import { smallDefinitions } from './definitions.ts'
import { memoryHands } from './hands.ts'
import { type MemoryPostgres, memoryPostgres } from './memory-postgres.ts'
import { type Operator, startOperator } from './operator.ts'
import type { Superuser } from './superuser.ts'

/** A site file that names neither administrator nor URI. */
export const operatedSite = smallSite.replace(/ {2}admin: \{.*postgres-superuser.*\n/, '')

/** A clock that lets the operator do, at each step of time, what is due. */
export class OperatorsClock extends RecordingClock {
  readonly #act: (now: number) => Promise<void>

  constructor(act: (now: number) => Promise<void>) {
    super()
    this.#act = act
  }

  override async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    await super.sleep(milliseconds, signal)
    await this.#act(this.now())
  }
}

/** A site whose PostgreSQL CloudNativePG runs. */
export interface OperatedSetting {
  readonly cluster: Cluster
  readonly operator: Operator
  readonly superuser: Superuser
  readonly clock: OperatorsClock
  /** Infisical's database and login as wiring has them; `text` is a site file. */
  services(text?: string): SiteServices
  /** What the operator's next statement is refused with, if it is. */
  refuse(words: string | undefined): void
}

/** What an OperatedSetting is made of. */
export interface Parts {
  readonly cluster: Cluster
  readonly database: Database
  readonly superuser: Superuser
  readonly operator: (superuser: Superuser) => Operator
  readonly random?: Random
  readonly port?: number
}

/** Puts a setting together. */
export function settingOf({ cluster, database, superuser: real, ...parts }: Parts): OperatedSetting {
  let refusal: string | undefined
  const superuser: Superuser = {
    ...real,
    async database(told) {
      if (refusal !== undefined) throw new Error(refusal)
      await real.database(told)
    },
  }
  const operator = parts.operator(superuser)
  const clock = new OperatorsClock(now => operator.act(now))
  const random = parts.random ?? countingRandom()
  return {
    ...{ cluster, operator, superuser: real, clock },
    services(text = operatedSite) {
      const site = parseSite(text, 'site.yaml')
      const cache = { open: async () => cacheOf({}) }
      return { cluster, database, cache, random, clock, site, namespace: 'infisical' }
    },
    refuse(words) {
      refusal = words
    },
  }
}

/** What the operator has made itself: a Cluster, its Services, its CA and its application's login. */
export function clusterObjects(ca: string, app: string): KubernetesObject[] {
  const labels = { 'cnpg.io/cluster': 'postgres-cluster' }
  const service = (end: string, selector: Readonly<Record<string, string>>): KubernetesObject => ({
    ...kinds.service,
    metadata: { name: `postgres-cluster-${end}`, namespace: 'databases', labels },
    spec: { ports: [{ name: 'postgres', port: 5432 }], selector },
  })
  return [
    {
      ...kinds.cnpgCluster,
      metadata: { name: 'postgres-cluster', namespace: 'databases' },
      spec: {
        instances: 1,
        storage: { size: '1Gi' },
        bootstrap: { initdb: { database: 'app', owner: 'app' } },
      },
    },
    service('rw', { ...labels, 'cnpg.io/instanceRole': 'primary' }),
    service('ro', { ...labels, 'cnpg.io/instanceRole': 'replica' }),
    service('r', { ...labels, 'cnpg.io/podRole': 'instance' }),
    secretObject('databases', 'postgres-cluster-ca', { 'ca.crt': ca }),
    secretObject('databases', 'postgres-cluster-app', { username: 'app', password: app, dbname: 'app' }),
  ]
}

/** The whole in memory; `known` are the kinds that the operator has. */
export async function memorySetting(
  known?: readonly string[],
): Promise<OperatedSetting & { cluster: MemoryCluster; postgres: MemoryPostgres }> {
  const postgres = memoryPostgres()
  const cluster = await siteCluster(...smallDefinitions(known), ...clusterObjects('a CA', 'apps-own'))
  cluster.behaviour.services = { 'databases/postgres-cluster-rw:5432': { host: '127.0.0.1', port: 1 } }
  const setting = settingOf({
    ...{ cluster, database: postgres, superuser: postgres.superuser },
    operator: superuser => startOperator(memoryHands(cluster), superuser),
  })
  cluster.behaviour.letGo = () => setting.operator.act(setting.clock.now())
  return { ...setting, cluster, postgres }
}
