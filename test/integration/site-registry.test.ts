/** Images pushed to the site's own registry: a real one, with a login, behind TLS of a private CA. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clock } from '../../src/adapters/clock.ts'
import { createRuntime } from '../../src/adapters/containerd/index.ts'
import { createRegistry, createRegistryPush } from '../../src/adapters/registry/index.ts'
import { openBundle } from '../../src/bundle/layout/index.ts'
import type { RegistryFields } from '../../src/kernel/inputs/index.ts'
import { parseReference } from '../../src/kernel/oci/index.ts'
import { secretObject } from '../../src/kernel/owned/index.ts'
import { chooseWay } from '../../src/site/load/index.ts'
import { selfSigned } from '../support/certificate.ts'
import { startRegistry, type TestRegistry } from '../support/connected/index.ts'
import { startContainerd } from '../support/containerd.ts'
import { memoryCluster } from '../support/memory-cluster.ts'
import { memorySource } from '../support/memory-files.ts'
import { memoryRuntime } from '../support/memory-runtime.ts'
import { sampleBundle } from '../support/sample-bundle.ts'
import { sampleDelta } from '../support/sample-delta.ts'
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
  readonly stop?: AbortController
  readonly onProgress?: () => void
}

function fieldsOf({ prefix, fields }: Omit<Loading, 'file'>): RegistryFields {
  return {
    ...{ host: registry.host, ca, plainHttp: false, credentials: { namespace: 'default', name: 'registry' } },
    ...(prefix === undefined ? {} : { repositoryPrefix: prefix }),
    ...fields,
  }
}

/** Loads a bundle, and says what was told and what the registry was asked meanwhile. */
async function load({ file, stop = new AbortController(), onProgress = () => {}, ...over }: Loading) {
  const before = (await readFile(registry.logFile, 'utf8')).length
  const source = memorySource(file)
  const bundle = await openBundle(source)
  const told: string[] = []
  const host = {
    ...{ ...wayHost(), runtime, cluster },
    registryPush: (target: Parameters<typeof createRegistryPush>[0]) =>
      createRegistryPush(target, { clock, environment }),
  }
  const way = chooseWay('registry', { load: { registry: fieldsOf(over) } }, host, source)
  if (bundle.absent.length > 0) await way.base(bundle)
  const room = await way.room(bundle)
  const result = await way.load({
    ...{ bundle, clock, signal: stop.signal, onProgress },
    ...{ say: () => {}, announce: async () => {} },
    tell: text => told.push(text),
  })
  const log = (await readFile(registry.logFile, 'utf8')).slice(before)
  const asked = [...log.matchAll(/http\.request\.method=(\w+).*?http\.request\.uri="?([^" ]+)"?/g)]
  const requests = [...new Set(asked.map(([, method, uri]) => `${method} ${uri}`))]
  return { result, room, told: told.join('\n'), requests }
}

/** What a tag leads to, read as anybody would. */
async function served(repository: string, tag: string, host = registry.host) {
  const path = join(folder, 'registries.yaml')
  const text = JSON.stringify({
    configs: {
      [host]: { tls: { ca_file: ca }, auth: { username: auth.user, password: auth.password } },
    },
  })
  const { registry: reading, close } = createRegistry({ registries: { path, text }, clock, environment })
  try {
    const name = parseReference(`${host}/${repository}:${tag}`)
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

test('an index that names platforms which are not carried goes as what is carried, and that is said', async () => {
  const sample = sampleBundle({ seed: 'sparse' })
  const [, indexed] = sample.lock.images
  const carried = indexed?.platforms['linux/amd64']?.manifest
  const { told } = await load({ file: sample.file, prefix: 'sparse' })
  expect(told).toContain(`its tag leads to ${carried} there, not to ${indexed?.digest}`)
  expect(await served('sparse/external-secrets/external-secrets', 'v2.9.0')).toBe(carried)
  expect((await load({ file: sample.file, prefix: 'sparse' })).result).toMatchObject({
    changed: false,
    loaded: [],
  })
})

test('a registry that takes such an index keeps its digest', async () => {
  const lenient = await startRegistry({ auth, tls: certificate, sparseIndexes: true })
  try {
    const sample = sampleBundle({ seed: 'sparse' })
    const { told } = await load({ file: sample.file, fields: { host: lenient.host } })
    expect(told).not.toContain('refuses')
    const path = 'external-secrets/external-secrets'
    expect(await served(path, 'v2.9.0', lenient.host)).toBe(sample.lock.images[1]?.digest)
  } finally {
    await lenient.stop()
  }
})

describe('a delta', () => {
  const { older, full, delta, absent } = sampleDelta({ seed: 'delta' })

  test('builds on what the registry has', async () => {
    await load({ file: older.file, prefix: 'delta' })
    const { result, requests } = await load({ file: delta, prefix: 'delta' })
    expect(result).toMatchObject({ changed: true, loaded: full.lock.images.map(({ name }) => name) })
    for (const digest of absent)
      expect(requests.filter(line => line.startsWith('PUT') && line.includes(digest))).toEqual([])
    expect(await served('delta/infisical/infisical', 'v0.165.8')).toBe(full.lock.images[0]?.digest)
  })

  test('is refused where that has not what it builds on', async () => {
    await expect(load({ file: delta, prefix: 'other' })).rejects.toMatchObject({
      code: 'BASE_MISSING',
      faults: expect.arrayContaining([expect.stringContaining(absent[0] ?? '')]),
    })
  })
})

test('a damaged layer stops the push, and is not there', async () => {
  const sample = sampleBundle({ seed: 'damaged', layerSize: 3_000_000 })
  const layer = sample.plan.wanted.reduce((a, b) => (b.size > a.size ? b : a))
  sample.file[layer.offset + 9] = (sample.file[layer.offset + 9] ?? 0) ^ 1
  await expect(load({ file: sample.file, prefix: 'damaged' })).rejects.toMatchObject({
    code: 'BUNDLE_DAMAGED',
  })
  expect(await served('damaged/infisical/infisical', 'v0.165.8').catch(error => error.code)).toBe(
    'IMAGE_NOT_FOUND',
  )
})

test('a push that is stopped says so; the next one sends the rest', async () => {
  const sample = sampleBundle({ seed: 'stopped', layerSize: 2_000_000 })
  const stop = new AbortController()
  const stopping = load({
    file: sample.file,
    prefix: 'stopped',
    stop,
    onProgress: () => stop.abort(new Error('enough')),
  })
  await expect(stopping).rejects.toMatchObject({ code: 'INTERRUPTED' })
  expect((await load({ file: sample.file, prefix: 'stopped' })).result.changed).toBe(true)
  expect(await served('stopped/infisical/infisical', 'v0.165.8')).toBe(sample.lock.images[0]?.digest)
})

describe('the login', () => {
  const file = sampleBundle({ seed: 'push', layerSize: 300_000 }).file
  const withSecret = (name: string) =>
    load({ file, prefix: 'mirror/k8s', fields: { credentials: { namespace: 'default', name } } })

  test('may be a Secret as kubectl makes it for registries', async () => {
    expect((await withSecret('docker')).result).toMatchObject({ changed: false })
  })

  test.each([
    ['absent', 'LOAD_FAILED', 'there is no Secret default/absent'],
    ['empty', 'LOAD_FAILED', 'has neither .dockerconfigjson nor username and password'],
    ['wrong', 'REGISTRY_DENIED', 'denies access'],
  ])('that is %s is told', async (name, code, message) => {
    await expect(withSecret(name)).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
  })
})

test('a real containerd pulls from there, through a mirror', async () => {
  const containerd = await startContainerd()
  try {
    const sample = sampleBundle({ seed: 'pulled', architecture: process.arch === 'x64' ? 'amd64' : 'arm64' })
    await load({ file: sample.file })
    const hosts = join(folder, 'hosts')
    await mkdir(join(hosts, 'docker.io'), { recursive: true })
    const toml = `[host."https://${registry.host}"]\n  capabilities = ["pull", "resolve"]\n  ca = "${ca}"\n`
    await writeFile(join(hosts, 'docker.io/hosts.toml'), toml)
    const [{ name, digest } = { name: '', digest: '' }] = sample.lock.images
    const words = ['--user', `${auth.user}:${auth.password}`, '--hosts-dir', hosts, '--local', name]
    await containerd.run('images', 'pull', ...words)
    const found = (await createRuntime(containerd).images()).find(image => image.name === name)
    expect(found).toMatchObject({ digest, complete: true })
  } finally {
    await containerd.stop()
  }
})
