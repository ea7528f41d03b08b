/** The audit log on a real API server: written by several at once all the same, and who they are. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCluster } from '../../src/adapters/cluster/index.ts'
import { historyParts, judgeHistory, readEntry, recorded } from '../../src/kernel/history/index.ts'
import { type Cluster, kinds } from '../../src/kernel/ports/index.ts'
import { type ApiServer, startApiServer } from '../support/apiserver.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { recordedTalk } from '../support/recorded-talk.ts'

let server: ApiServer
let cluster: Cluster
beforeAll(async () => {
  server = await startApiServer()
  cluster = createCluster({ kubeconfig: server.kubeconfig, environment: {} })
  await cluster.apply({ ...kinds.namespace, metadata: { name: 'sealift-system' } })
})
afterAll(() => server?.stop())

const run = (of: Cluster, work: () => Promise<void>) =>
  recorded(
    {
      cluster: of,
      clock: new ManualClock(),
      operator: 'root@node1, process 1',
      about: { site: 'bank-prod' },
    },
    recordedTalk(),
    work,
  )

test('whose cluster user it was is asked of the API server itself', async () => {
  await run(cluster, async () => {})
  const [part] = await historyParts(cluster)
  expect(readEntry(part?.lines[0] ?? '')).toMatchObject({ what: 'begin', user: 'admin', site: 'bank-prod' })
})

test('three that write at once, which the lease forbids, write nothing over', async () => {
  await Promise.all([1, 2, 3].map(() => run(cluster, async () => {})))
  const parts = await historyParts(cluster)
  const judged = judgeHistory(parts)
  expect(judged.broken).toBeUndefined()
  expect(judged).toMatchObject({ runs: 4 })
  const ends = parts.flatMap(({ lines }) => lines).filter(line => readEntry(line)?.what === 'end')
  expect(ends).toHaveLength(4)
})

test('whoever may not write it does not begin: exit 42, and why', async () => {
  const nobody = createCluster({ kubeconfig: server.nobody, environment: {} })
  let begun = false
  const refused = run(nobody, async () => {
    begun = true
  })
  await expect(refused).rejects.toMatchObject({
    ...{
      code: 'CLUSTER_DENIED',
      message: expect.stringContaining('so nothing was begun: not allowed to list configmaps'),
    },
  })
  expect(begun).toBe(false)
})
