/** What is found out of a real API server, and the file's signature in the hands of openssl. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCluster, createFacts } from '../../src/adapters/cluster/index.ts'
import { nodeFiles } from '../../src/adapters/files/index.ts'
import { readFacts } from '../../src/kernel/facts/index.ts'
import { type Cluster, kinds } from '../../src/kernel/ports/index.ts'
import { type ApiServer, startApiServer } from '../support/apiserver.ts'
import { esoCrds } from '../support/connected/eso.ts'
import { sealiftJson } from '../support/road.ts'
import { goTool } from '../support/tools/build.ts'
import { smallSite } from '../unit/site/wire/sites.ts'

let api: ApiServer
let cluster: Cluster
let dir: string

beforeAll(async () => {
  api = await startApiServer()
  cluster = createCluster({ kubeconfig: api.kubeconfig, environment: {} })
  dir = await mkdtemp(join(tmpdir(), 'sealift-facts-test-'))
}, 120_000)
afterAll(async () => {
  await api?.stop()
  await rm(dir, { recursive: true, force: true })
})

test('every version and kind that it has, those of definitions too', async () => {
  const facts = createFacts({ kubeconfig: api.kubeconfig, environment: {} })
  const before = await facts.apis()
  expect(before).toEqual(expect.arrayContaining(['v1', 'v1/Pod', 'apps/v1', 'apps/v1/Deployment']))
  expect(before).toEqual([...new Set(before)].sort())
  // Subresources, such as pods/eviction of policy/v1, are no kinds of it.
  expect(before).not.toContain('v1/Eviction')
  expect(before.filter(name => name.includes('external-secrets'))).toEqual([])
  for (const crd of await esoCrds()) await cluster.apply(crd)
  await expect
    .poll(() => facts.apis(), { timeout: 20_000 })
    .toEqual(expect.arrayContaining(['external-secrets.io/v1', 'external-secrets.io/v1/ExternalSecret']))
  await expect(facts.free('nobody')).rejects.toMatchObject({ code: 'CLUSTER_FAILED' })
})

test('sealift facts writes them, signed as openssl checks it', async () => {
  await cluster.apply({ ...kinds.node, metadata: { name: 'node1' } })
  const status = {
    nodeInfo: { operatingSystem: 'linux', architecture: 'amd64' },
    allocatable: { memory: '1Gi', cpu: '1' },
  }
  const kubectl = ['--kubeconfig', api.kubeconfig]
  const kube = await goTool('kube')
  const patch = [
    'patch',
    'node',
    'node1',
    '--subresource=status',
    '--type=merge',
    '-p',
    JSON.stringify({ status }),
  ]
  await execa(kube, [...patch, ...kubectl], { argv0: 'kubectl' })
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const file = (name: string) => join(dir, name)
  await writeFile(file('site.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  await writeFile(file('site.pub'), publicKey.export({ type: 'spki', format: 'pem' }))
  await writeFile(file('site.yaml'), `${smallSite}cluster: { kubeconfig: ${api.kubeconfig} }\n`)
  const words = ['facts', '-c', file('site.yaml'), '-o', file('facts.yaml'), '--key', file('site.key')]
  const { exitCode, json, stderr } = await sealiftJson<{ error?: object }>(words, {})
  expect([exitCode, json.error, stderr]).toMatchObject([0, undefined, expect.any(String)])
  const facts = await readFacts(file('facts.yaml'), nodeFiles())
  expect(facts).toMatchObject({ site: 'bank-prod', nodes: [{ name: 'node1', ready: false, images: [] }] })
  const signature = Buffer.from(await readFile(file('facts.yaml.sig'), 'utf8'), 'base64')
  await writeFile(file('facts.der'), signature)
  const verify = [
    'dgst',
    '-sha256',
    '-verify',
    file('site.pub'),
    '-signature',
    file('facts.der'),
    file('facts.yaml'),
  ]
  expect((await execa('openssl', verify)).stdout).toBe('Verified OK')
})
