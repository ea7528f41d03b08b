import { readFileSync } from 'node:fs'
import { AppsV1Api, KubeConfig, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createCluster } from '../../../src/adapters/cluster/index.ts'
import { type Cluster, kinds } from '../../../src/kernel/ports/index.ts'
import {
  ensureServerVariables,
  environmentMark,
  environmentSecret,
  restartForEnvironment,
} from '../../../src/kernel/server-variables/index.ts'
import { secretObject } from '../../../src/site/wire/secrets.ts'
import { type ApiServer, startApiServer } from '../../support/apiserver.ts'
import { RecordingClock } from '../../support/recording-clock.ts'

let server: ApiServer
let cluster: Cluster
const place = { name: 'infisical', namespace: 'default' }

beforeAll(async () => {
  server = await startApiServer()
  cluster = createCluster({ kubeconfig: server.kubeconfig, environment: {} })
})
afterAll(() => server?.stop())

/** A clock during whose sleeps a Deployment comes up, in the place of a controller. */
function controllersClock() {
  const config = new KubeConfig()
  config.loadFromString(readFileSync(server.kubeconfig, 'utf8'))
  const apps = config.makeApiClient(AppsV1Api)
  const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)
  return new (class extends RecordingClock {
    override async sleep(milliseconds: number) {
      await super.sleep(milliseconds)
      const live = await cluster.get(kinds.deployment, place.name, place.namespace)
      const observedGeneration = live?.metadata['generation']
      const status = {
        observedGeneration,
        replicas: 1,
        updatedReplicas: 1,
        availableReplicas: 1,
        readyReplicas: 1,
      }
      await apps.patchNamespacedDeploymentStatus({ ...place, body: { status } }, merge)
    }
  })()
}

it('Infisical is started anew at a real API server by its mark alone, and once', async () => {
  const labels = { app: 'infisical' }
  const spec = { containers: [{ name: 'infisical', image: 'r.io/infisical:1' }] }
  await cluster.create({
    ...kinds.deployment,
    metadata: place,
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  })
  await cluster.apply(secretObject('default', 'infisical-secrets', { A: 'b' }))
  const restarting = {
    cluster,
    clock: controllersClock(),
    signal: new AbortController().signal,
    say: () => {},
  }
  expect(await restartForEnvironment(restarting, 'default')).toBe(true)
  const live = await cluster.get(kinds.deployment, 'infisical', 'default')
  const annotations = { 'sealift.dev/environment': await environmentMark(cluster, 'default') }
  expect(live?.['spec']).toMatchObject({ replicas: 1, template: { metadata: { labels, annotations }, spec } })
  expect(await restartForEnvironment(restarting, 'default')).toBe(false)
  const again = await cluster.get(kinds.deployment, 'infisical', 'default')
  expect(again?.metadata['generation']).toBe(live?.metadata['generation'])
})

it('variables of the server come and go at a real API server, with a restart each', async () => {
  await cluster.create({ ...kinds.namespace, metadata: { name: 'sealift-system' } })
  for (const namespace of ['sealift-system', 'default'])
    await cluster.apply(environmentSecret(namespace, { wired: { AUTH_SECRET: 'a' }, more: { B: 'b' } }))
  const restarting = {
    ...{ cluster, clock: controllersClock(), signal: new AbortController().signal, say: () => {} },
  }
  const ensure = (wanted: object) => ensureServerVariables('look', wanted, 'default', restarting)
  const namesIn = async (namespace: string) =>
    Object.keys((await cluster.get(kinds.secret, 'infisical-secrets', namespace))?.['data'] ?? {}).sort()
  const asked = { ALLOW_INTERNAL_IP_CONNECTIONS: 'true' }
  expect([await ensure(asked), await ensure(asked)]).toEqual([true, false])
  const names = ['ALLOW_INTERNAL_IP_CONNECTIONS', 'AUTH_SECRET', 'B']
  expect(await namesIn('sealift-system')).toEqual(names)
  expect(await namesIn('default')).toEqual(names)
  expect([await ensure({}), await ensure({})]).toEqual([true, false])
  expect(await namesIn('sealift-system')).toEqual(['AUTH_SECRET', 'B'])
})
