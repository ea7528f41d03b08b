/** An install that is killed after its first change: what may follow it, and what is said of the site. */
import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, test } from 'vitest'
import { clock, random } from '../../../src/adapters/clock.ts'
import { specTitle } from '../../../src/bundle/index.ts'
import { installedBundle, writeReceipt } from '../../../src/install/index.ts'
import { digestOf } from '../../../src/oci/index.ts'
import type { SiteHost } from '../../../src/ports/index.ts'
import { secretObject } from '../../../src/wire/secrets.ts'
import { check } from '../../../src/workflows/check.ts'
import { install } from '../../../src/workflows/install.ts'
import { readSite } from '../../../src/workflows/parts/site-file.ts'
import { status } from '../../../src/workflows/status.ts'
import { type MemoryCluster, memoryCluster } from '../../support/memory-cluster.ts'
import { memoryFiles } from '../../support/memory-files.ts'
import { type MemoryRuntime, memoryRuntime } from '../../support/memory-runtime.ts'
import { recordedTalk } from '../../support/recorded-talk.ts'
import { sampleBundle } from '../../support/sample-bundle.ts'
import { cacheOf, sessionOf } from '../wire/memory.ts'
import { smallSite } from '../wire/sites.ts'

const spec = (version: string) => `
apiVersion: sealift.dev/v1
kind: Bundle
metadata: { name: sample, version: ${version} }
kubernetes: 1.36.0
charts:
  - { name: demo, path: demo, version: 1.2.3, release: demo, namespace: demo, wire: infisical }
  - { name: eso, path: eso, version: 1.2.3, release: eso, namespace: eso, wire: external-secrets }
budget: { memory: 640Mi, cpu: 300m }
`
const bundle = (version: string) =>
  sampleBundle({
    lock: lock => ({ ...lock, metadata: { ...lock.metadata, version } }),
    contents: whole => ({
      ...whole,
      files: whole.files.map(file =>
        file.title === specTitle ? { ...file, bytes: Buffer.from(spec(version)) } : file,
      ),
    }),
  })
const bundles = { '1.0.0': bundle('1.0.0'), '1.1.0': bundle('1.1.0') }
type Version = keyof typeof bundles

const siteText = smallSite
  .replace(/admin: \{ namespace.*/, 'uri: { namespace: default, name: database, key: uri }')
  .replace('dragonfly.databases.svc', 'dragonfly.bank.example')
const manifests = ['cluster-secret-store', 'probe-external-secret', 'system-namespace']
const killed = new Error('killed while helm was running')
const fits = { number: 160004, version: '16.4', encoding: 'UTF8', maximum: 100, reserved: 3, used: 10 }

let cluster: MemoryCluster
let runtime: MemoryRuntime
let host: SiteHost
const talk = recordedTalk()

beforeEach(async () => {
  const files = memoryFiles()
  await files.write('site.yaml', siteText)
  for (const [version, { file }] of Object.entries(bundles)) await files.write(`${version}.tar`, file)
  for (const name of manifests) {
    const path = new URL(`../../../manifests/${name}.yaml`, import.meta.url)
    await files.write(`manifests/${name}.yaml`, readFileSync(path))
  }
  cluster = memoryCluster()
  const uri = 'postgresql://infisical:word@pg.bank.example/infisical'
  await cluster.apply(secretObject('default', 'database', { uri }))
  runtime = memoryRuntime('amd64')
  const helm = {
    template: () => Promise.reject(new Error('nothing is rendered')),
    upgrade: () => Promise.reject(killed),
    uninstall: async () => {},
    status: async () => undefined,
    dispose: async () => {},
  }
  host = {
    files,
    cluster,
    runtime,
    database: { open: async () => sessionOf({ ...fits, tables: 0, infisical: false }) },
    cache: {
      open: async () => cacheOf({ INFO: 'redis_version:7.4.0\r\n', SELECT: 'OK', DBSIZE: 0, EVAL: '' }),
    },
    infisical: () => {
      throw new Error('Infisical is not there yet')
    },
    helmFrom: async () => helm,
    clock,
    random,
    platform: 'linux/amd64',
    operator: 'root@node1, process 1',
    manifests: 'manifests',
  }
})

async function run(version: Version, downgrade = false): Promise<unknown> {
  const site = await readSite('site.yaml', host.files)
  const allow = { unsigned: true, downgrade, anySite: false }
  const request = { bundle: `${version}.tar`, site, journal: 'journal', allow }
  return install(request, host, talk)
}

const refused = (begun: Version) => ({
  code: 'DOWNGRADE_REFUSED',
  message: expect.stringContaining(`sample ${begun} was begun here and did not come to its end`),
})

/** What status and check say: the version of the receipt, or the code of the error that both end with. */
async function said(): Promise<string> {
  const looks = [
    () => status(host).then(found => found.bundle.version),
    () => check(0, host, talk).then(() => 'a verdict'),
  ]
  const answers = await Promise.all(looks.map(look => look().catch(({ code }) => code)))
  return answers.join(', ')
}

describe('an upgrade that is killed', () => {
  beforeEach(async () => {
    const { lock } = bundles['1.0.0']
    const at = '2026-11-25T00:00:00.000Z'
    const metadata = { name: 'sealift-system', labels: { 'app.kubernetes.io/managed-by': 'sealift' } }
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata })
    await writeReceipt(cluster, { site: 'bank-prod', bundle: digestOf('1.0'), at, key: 'unsigned', lock })
    await expect(run('1.1.0')).rejects.toBe(killed)
  })

  test('may have changed the database: what was there before is older', async () => {
    await expect(run('1.0.0')).rejects.toMatchObject(refused('1.1.0'))
  })

  test('goes on when it is run again', async () => {
    await expect(run('1.1.0')).rejects.toBe(killed)
    expect(await installedBundle(cluster)).toMatchObject({ name: 'sample', version: '1.1.0', begun: true })
  })

  test('leaves the site known as what it was', async () => {
    expect(await said()).toBe('1.0.0, a verdict')
  })
})

describe('a first install that is killed', () => {
  beforeEach(() => expect(run('1.1.0')).rejects.toBe(killed))

  test('may have filled the database: an older one is refused', async () => {
    await expect(run('1.0.0')).rejects.toMatchObject(refused('1.1.0'))
    await expect(run('1.1.0')).rejects.toBe(killed)
  })

  test('leaves nothing installed', async () => {
    expect(await said()).toBe('NOT_INSTALLED, NOT_INSTALLED')
  })
})

test('what is begun over another is noted also where it was begun before', async () => {
  await expect(run('1.0.0')).rejects.toBe(killed)
  await expect(run('1.1.0')).rejects.toBe(killed)
  await expect(run('1.0.0', true)).rejects.toBe(killed)
  expect(await installedBundle(cluster)).toMatchObject({ name: 'sample', version: '1.0.0', begun: true })
})

test('an install that is killed before it changes any data stands in the way of none', async () => {
  host = { ...host, runtime: { ...runtime, import: () => Promise.reject(killed) } }
  await expect(run('1.1.0')).rejects.toBe(killed)
  expect(await installedBundle(cluster)).toBeUndefined()
})

test('a second install is refused while the first is at work, and changes nothing', async () => {
  const reached = Promise.withResolvers<void>()
  const go = Promise.withResolvers<never>()
  const patient = host
  const loading = () => {
    reached.resolve()
    return go.promise
  }
  host = { ...patient, operator: 'ann@node1, process 1', runtime: { ...runtime, import: loading } }
  const first = run('1.0.0')
  await reached.promise
  host = { ...patient, operator: 'ben@node2, process 2' }
  await expect(run('1.1.0')).rejects.toMatchObject({
    code: 'SITE_BUSY',
    message: 'ann@node1, process 1 is changing this site',
  })
  go.reject(killed)
  await expect(first).rejects.toBe(killed)
  await expect(run('1.1.0')).rejects.toBe(killed)
  expect(await installedBundle(cluster)).toMatchObject({ version: '1.1.0', begun: true })
})
