import { expect, test } from 'vitest'
import { kinds } from '../../../../../src/kernel/ports/index.ts'
import { waitUntilUp } from '../../../../../src/site/verbs/install/wait-until-up.ts'
import { ManualClock } from '../../../../support/manual-clock.ts'
import { memoryCluster } from '../../../../support/memory-cluster.ts'

const chart = { release: 'app', namespace: 'default', timeoutSeconds: 60 }
const deployment = {
  ...kinds.deployment,
  metadata: { name: 'app', namespace: 'default' },
  spec: { replicas: 1 },
}
const refusal = 'pods "app-1" is forbidden: violates PodSecurity "restricted:latest"'

test('a pod that is refused while its release is waited for is told, before the time is over and at its end', async () => {
  const [cluster, clock] = [memoryCluster(), new ManualClock()]
  await cluster.apply(deployment)
  await cluster.apply({
    ...kinds.replicaSet,
    metadata: { name: 'app', namespace: 'default' },
    spec: { replicas: 1 },
  })
  await cluster.create({
    ...kinds.event,
    metadata: { name: 'app.1', namespace: 'default' },
    ...{ reason: 'FailedCreate', message: refusal, involvedObject: { kind: 'ReplicaSet', name: 'app' } },
  })
  const said: string[] = []
  const waiting = waitUntilUp({
    ...{ objects: [deployment], chart, host: { cluster, clock } },
    talk: { signal: new AbortController().signal },
    say: detail => void said.push(detail),
  })
  const ended = expect(waiting).rejects.toMatchObject({
    code: 'HELM_FAILED',
    faults: ['Deployment app: 0 of 1 pods ready', `ReplicaSet app cannot make pods: ${refusal}`],
  })
  await clock.advance(5)
  expect(said).toEqual(['Deployment app: 0 of 1 pods ready', `ReplicaSet app cannot make pods: ${refusal}`])
  await clock.advance(60)
  await ended
})
