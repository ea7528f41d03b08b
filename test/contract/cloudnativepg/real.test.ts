import { afterAll, afterEach, beforeAll, describe } from 'vitest'
import { random } from '../../../src/adapters/clock.ts'
import { createCluster } from '../../../src/adapters/cluster/index.ts'
import { createPostgres } from '../../../src/adapters/postgres/index.ts'
import { type Cluster, kinds } from '../../../src/kernel/ports/index.ts'
import { type ApiServer, startApiServer } from '../../support/apiserver.ts'
import { definitions } from '../../support/cloudnativepg/definitions.ts'
import { realHands } from '../../support/cloudnativepg/hands.ts'
import { type Operator, startOperator } from '../../support/cloudnativepg/operator.ts'
import { clusterObjects, type OperatedSetting, settingOf } from '../../support/cloudnativepg/setting.ts'
import { superuserOf } from '../../support/cloudnativepg/superuser.ts'
import { startTlsPostgres, type TlsPostgres } from '../../support/tls-postgres.ts'
import { operatedContract } from './contract.ts'

// CloudNativePG's own definitions, which the API server holds every object to, and a PostgreSQL that is verified by
// its CA under the Service's name. The operator is a small one of ours.
describe('a database that CloudNativePG makes, at a real API server with a real PostgreSQL', () => {
  let server: ApiServer
  let postgres: TlsPostgres
  let real: Cluster

  beforeAll(async () => {
    ;[server, postgres] = await Promise.all([
      startApiServer(),
      startTlsPostgres(['postgres-cluster-rw.databases.svc']),
    ])
    real = createCluster({ kubeconfig: server.kubeconfig, environment: {} })
    for (const crd of await definitions()) await real.apply(crd)
    await real.apply({ ...kinds.namespace, metadata: { name: 'databases' } })
    for (const object of clusterObjects(postgres.ca, 'apps-own')) await real.apply(object)
    const superuser = superuserOf(postgres)
    await superuser.role({ name: 'app', password: 'apps-own', createdb: false, comment: '' })
    await superuser.database({ name: 'app', owner: 'app' })
  })
  afterAll(async () => {
    await Promise.all([server?.stop(), postgres?.stop()])
  })

  /** What a test has left. */
  afterEach(async () => {
    const hands = realHands(real, server.kubeconfig)
    for (const kind of [kinds.cnpgRole, kinds.cnpgDatabase])
      for (const object of await real.list(kind, 'databases')) {
        await hands.finalizers(object, [])
        await real.delete(kind, object.metadata.name, 'databases')
      }
    for (const { metadata } of await real.list(kinds.secret, 'databases'))
      if (metadata.name.endsWith('-login')) await real.delete(kinds.secret, metadata.name, 'databases')
    const superuser = superuserOf(postgres)
    for (const name of ['infisical', 'Infisical_Prod']) {
      await superuser.dropDatabase(name)
      await superuser.dropRole(name)
    }
  })

  operatedContract(async (): Promise<OperatedSetting> => {
    let operator: Operator | undefined
    let now = () => 0
    const cluster: Cluster = {
      ...real,
      // There are no pods behind the Service.
      forwardService: async () => ({ ...postgres, close: async () => {} }),
      // The one call that waits by itself: the operator works meanwhile.
      async delete(...what) {
        let gone = false
        const going = real.delete(...what).finally(() => {
          gone = true
        })
        while (!gone) {
          await operator?.act(now())
          await new Promise(resolve => setTimeout(resolve, 20))
        }
        await going
      },
    }
    const setting = settingOf({
      ...{ cluster, random, database: createPostgres(), superuser: superuserOf(postgres) },
      operator: superuser => (operator = startOperator(realHands(real, server.kubeconfig), superuser)),
    })
    now = () => setting.clock.now()
    return setting
  })
})
