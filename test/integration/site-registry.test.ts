/** Images pushed to the site's own registry: a real one, with a login, behind TLS of a private CA. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clock } from '../../src/adapters/clock.ts'
import { createRegistry, createRegistryPush } from '../../src/adapters/registry/index.ts'
import { openBundle } from '../../src/bundle/layout/index.ts'
import type { RegistryFields } from '../../src/kernel/inputs/index.ts'
import { parseReference } from '../../src/kernel/oci/index.ts'
import { secretObject } from '../../src/kernel/owned/index.ts'
import { chooseWay } from '../../src/site/load/index.ts'
import { selfSigned } from '../support/certificate.ts'
import { startRegistry, type TestRegistry } from '../support/connected/index.ts'
import { memoryCluster } from '../support/memory-cluster.ts'
import { memorySource } from '../support/memory-files.ts'
import { memoryRuntime } from '../support/memory-runtime.ts'
import { sampleBundle } from '../support/sample-bundle.ts'
import { wayHost } from '../support/way-host.ts'

const auth = { user: 'pusher', password: 'correct-horse:battery' }
const certificate = selfSigned('site registry')
const runtime = memoryRuntime()
const cluster = memoryCluster()
let registry: TestRegistry
let folder: string
let ca: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-site-registry-'))
  ca = join(folder, 'ca.pem')
  await writeFile(ca, certificate.cert)
  registry = await startRegistry({ auth, tls: certificate })
  const login = { username: auth.user, password: auth.password }
  await cluster.apply(secretObject('default', 'registry', login))
  const docker = JSON.stringify({
    auths: { [registry.host]: { auth: Buffer.from(Object.values(login).join(':')).toString('base64') } },
  })
  await cluster.apply(secretObject('default', 'docker', { '.dockerconfigjson': docker }))
  await cluster.apply(secretObject('default', 'empty', { other: 'x' }))
  await cluster.apply(secretObject('default', 'wrong', { ...login, password: 'no' }))
})
afterAll(async () => {
  await registry?.stop()
  await rm(folder, { recursive: true, force: true })
})

const environment = { HOME: '/nonexistent' }
interface Loading {
  readonly file: Buffer
  readonly prefix?: string
  readonly fields?: Partial<RegistryFields>
}

function fieldsOf({ prefix, fields }: Omit<Loading, 'file'>): RegistryFields {
  return {
    ...{ host: registry.host, ca, plainHttp: false, credentials: { namespace: 'default', name: 'registry' } },
    ...(prefix === undefined ? {} : { repositoryPrefix: prefix }),
    ...fields,
  }
}

/** Loads a bundle, and says what was told and what the registry was asked meanwhile. */
async function load({ file, ...over }: Loading) {
  const before = (await readFile(registry.logFile, 'utf8')).length
  const source = memorySource(file)
  const bundle = await openBundle(source)
  const told: string[] = []
  const host = {
    ...{ ...wayHost(), runtime, cluster },
    registryPush: (target: Parameters<typeof createRegistryPush>[0]) =>
      createRegistryPush(target, { clock, environment }),
  }
  const way = chooseWay(undefined, { load: { way: 'registry', registry: fieldsOf(over) } }, host, source)
  if (bundle.absent.length > 0) await way.base(bundle)
  const room = await way.room(bundle)
  const result = await way.load({
    ...{ bundle, clock, signal: new AbortController().signal },
    ...{ onProgress: () => {}, say: () => {}, announce: async () => {} },
    tell: text => told.push(text),
  })
  const log = (await readFile(registry.logFile, 'utf8')).slice(before)
  const asked = [...log.matchAll(/http\.request\.method=(\w+).*?http\.request\.uri="?([^" ]+)"?/g)]
  const requests = [...new Set(asked.map(([, method, uri]) => `${method} ${uri}`))]
  return { result, room, told: told.join('\n'), requests }
}

/** What a tag leads to, read as anybody would. */
async function served(repository: string, tag: string) {
  const path = join(folder, 'registries.yaml')
  const text = JSON.stringify({
    configs: {
      [registry.host]: { tls: { ca_file: ca }, auth: { username: auth.user, password: auth.password } },
    },
  })
  const { registry: reading, close } = createRegistry({ registries: { path, text }, clock, environment })
  try {
    const name = parseReference(`${registry.host}/${repository}:${tag}`)
    return name && (await reading.manifest(name)).descriptor.digest
  } finally {
    await close()
  }
}

test('every image is there by tag, its blobs once: what two images share is taken over', async () => {
  const sample = sampleBundle({ seed: 'push', layerSize: 300_000 })
  const { result, room, told, requests } = await load({ file: sample.file, prefix: 'mirror/k8s' })
  const names = sample.lock.images.map(({ name }) => name)
  expect(result).toMatchObject({ changed: true, loaded: names, present: [] })
  expect(room.detail).toMatch(/^\d+ blobs of .* are not in 127/)
  expect(await served('mirror/k8s/infisical/infisical', 'v0.165.8')).toBe(sample.lock.images[0]?.digest)
  expect(requests.filter(line => /POST .*mount=sha256.*from=mirror%2Fk8s/.test(line))).toHaveLength(1)
  expect(told).toContain('/etc/rancher/k3s/registries.yaml')
  expect(told).not.toContain(auth.password)
  const again = await load({ file: sample.file, prefix: 'mirror/k8s' })
  expect(again.result).toMatchObject({ changed: false, loaded: [], present: names, bytes: 0 })
  expect(again.requests.filter(line => /^(POST|PATCH) /.test(line))).toEqual([])
})
