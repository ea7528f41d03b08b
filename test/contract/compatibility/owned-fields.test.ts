/** Fields that others own, as a real API server notes them of what real kubectl does; kept as a fixture of the unit tests. */
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCluster } from '../../../src/adapters/cluster/index.ts'
import { type Cluster, type KubernetesObject, kinds } from '../../../src/kernel/ports/index.ts'
import { takenFields } from '../../../src/site/compatibility/owned-fields.ts'
import { type ApiServer, startApiServer } from '../../support/apiserver.ts'
import { goTool } from '../../support/tools/build.ts'

let server: ApiServer
let cluster: Cluster
let dir = ''
beforeAll(async () => {
  server = await startApiServer()
  cluster = createCluster({ kubeconfig: server.kubeconfig, environment: {} })
  dir = await mkdtemp(join(tmpdir(), 'sealift-owned-'))
  await symlink(await goTool('kube'), join(dir, 'kubectl'))
})
afterAll(async () => {
  await server?.stop()
  await rm(dir, { recursive: true, force: true })
})

const kubectl = (...args: readonly string[]) =>
  execa(join(dir, 'kubectl'), [...args], { env: { KUBECONFIG: server.kubeconfig } })

const labels = { app: 'shop' }
const deployment = (image: string): KubernetesObject => ({
  ...kinds.deployment,
  metadata: { name: 'shop', namespace: 'default', labels },
  spec: {
    replicas: 1,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { containers: [{ name: 'main', image, env: [{ name: 'A', value: 'b' }] }] },
    },
  },
})

/** A server-side apply as helm does it. */
async function asHelm(object: KubernetesObject) {
  await writeFile(join(dir, 'object.json'), JSON.stringify(object))
  await kubectl('apply', '--server-side', '--field-manager=helm', '-f', join(dir, 'object.json'))
}

const taken = async (next: KubernetesObject) => {
  const live = await cluster.get(next, next.metadata.name, 'default')
  if (live === undefined) throw new Error('it is gone')
  const after = await cluster.preview(next, 'helm')
  return takenFields(live, after).map(({ path, by }) => `${by}: ${path}`)
}

test('what kubectl set, edited or patched is told where the upgrade would set it otherwise', async () => {
  await asHelm(deployment('r.io/shop:1'))
  expect(await taken(deployment('r.io/shop:2'))).toEqual([])
  await kubectl('set', 'image', 'deployment/shop', 'main=r.io/shop:hotfix')
  const patch = { metadata: { labels: { team: 'a' } }, spec: { paused: true } }
  await kubectl('patch', 'deployment', 'shop', '--type=merge', '-p', JSON.stringify(patch))
  const env = 'spec.template.spec.containers[name=main]'
  expect(await taken(deployment('r.io/shop:2'))).toEqual([`kubectl-set: ${env}.image`])
  // What nobody sets otherwise is nobody's trouble.
  expect(await taken(deployment('r.io/shop:hotfix'))).toEqual([])
  const paused = { ...deployment('r.io/shop:hotfix') }
  const spec = { ...(paused['spec'] as object), paused: false }
  expect(await taken({ ...paused, spec })).toEqual(['kubectl-patch: spec.paused'])
})

test('a scaling is no field of anybody’s', async () => {
  await kubectl('scale', 'deployment/shop', '--replicas=3')
  expect(await taken(deployment('r.io/shop:hotfix'))).toEqual([])
})
