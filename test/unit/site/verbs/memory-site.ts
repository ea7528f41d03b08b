/** A site in memory, and two bundles for it, for tests of what happens between installs and removals. */
import { clock } from '../../../../src/adapters/clock.ts'
import { specTitle } from '../../../../src/bundle/layout/index.ts'
import type { LoadingWayName } from '../../../../src/kernel/inputs/index.ts'
import { readSite } from '../../../../src/kernel/inputs/site-file.ts'
import { digestOf } from '../../../../src/kernel/oci/index.ts'
import type { KubernetesObject, SiteHost, Talk } from '../../../../src/kernel/ports/index.ts'
import { type Allowances, install, planInstall } from '../../../../src/site/verbs/install/index.ts'
import { remove } from '../../../../src/site/verbs/remove/index.ts'
import { secretObject } from '../../../../src/site/wire/secrets.ts'
import { type MemoryCluster, memoryCluster } from '../../../support/memory-cluster.ts'
import { memoryFiles } from '../../../support/memory-files.ts'
import { type MemoryHelm, memoryHelm } from '../../../support/memory-helm.ts'
import { type MemoryImagesFolder, memoryImagesFolder } from '../../../support/memory-images-folder.ts'
import { memoryIssuers } from '../../../support/memory-issuers.ts'
import { memoryNodes } from '../../../support/memory-nodes.ts'
import { noPrograms } from '../../../support/memory-programs.ts'
import { type MemoryRuntime, memoryRuntime } from '../../../support/memory-runtime.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { sampleBundle } from '../../../support/sample-bundle.ts'
import { shippedManifest } from '../../../support/shipped-manifest.ts'
import { cacheOf, countingRandom, sessionOf } from '../wire/memory.ts'
import { smallSite } from '../wire/sites.ts'

const spec = (version: string) => `
apiVersion: sealift.dev/v1
kind: Bundle
metadata: { name: sample, version: ${version} }
kubernetes: 1.36.0
charts:
  - { name: demo, path: demo, version: 1.2.3, release: demo, namespace: demo, wire: infisical }
  - { name: eso, path: eso, version: 1.2.3, release: eso, namespace: eso, wire: external-secrets, crdValues: { installCRDs: true } }
budget: { memory: 640Mi, cpu: 300m }
`
type Lock = ReturnType<typeof sampleBundle>['lock']
/** A bundle of that version; `change` makes another lock of its own. */
export const bundleOf = (version: string, change: (lock: Lock) => Lock = lock => lock) =>
  sampleBundle({
    lock: lock => ({
      ...change(lock),
      metadata: { ...lock.metadata, version },
      // Both charts are the one package.
      charts: lock.charts.flatMap(chart => [
        chart,
        { ...chart, name: 'eso', release: 'eso', namespace: 'eso' },
      ]),
    }),
    contents: whole => ({
      ...whole,
      charts: whole.charts.flatMap(chart => [chart, { ...chart, name: 'eso' }]),
      files: whole.files.map(file =>
        file.title === specTitle ? { ...file, bytes: Buffer.from(spec(version)) } : file,
      ),
    }),
  })
/** By version. */
export const bundles = { '1.0.0': bundleOf('1.0.0'), '1.1.0': bundleOf('1.1.0') }
export type Version = keyof typeof bundles

const siteText = smallSite
  .replace(/admin: \{ namespace.*/, 'uri: { namespace: default, name: database, key: uri }')
  .replace('dragonfly.databases.svc', 'dragonfly.bank.example')
  .concat('escrow: none\n')
/** How every install ends: Infisical's chart is never up. */
export const killed = new Error('killed while helm was running')
const fits = { number: 160004, version: '16.4', encoding: 'UTF8', maximum: 100, reserved: 3, used: 10 }

/** A site with a database that is ready, and nothing installed. */
export interface MemorySite {
  readonly cluster: MemoryCluster
  readonly runtime: MemoryRuntime
  readonly imagesFolder: MemoryImagesFolder
  readonly host: SiteHost
}

/** Makes a site with a database that is ready, and nothing installed. */
export async function memorySite(): Promise<MemorySite> {
  const files = memoryFiles()
  await files.write('site.yaml', siteText)
  for (const [version, { file }] of Object.entries(bundles)) await files.write(`${version}.tar`, file)
  const cluster = memoryCluster()
  const uri = 'postgresql://infisical:word@pg.bank.example/infisical'
  await cluster.apply(secretObject('default', 'database', { uri }))
  const runtime = memoryRuntime('amd64')
  const imagesFolder = memoryImagesFolder(runtime, files.readBytes)
  const helm: MemoryHelm = {
    ...memoryHelm(cluster, {}),
    upgrade: () => Promise.reject(killed),
    async uninstall(release) {
      helm.calls.push(`uninstall ${release}`)
    },
    status: async () => ({ revision: 1, status: 'deployed', chart: '', version: '', manifest: '' }),
  }
  const answers = {
    ...{ ...fits, tables: 0, infisical: false },
    ...{
      comment: 'Made by Sealift for Infisical',
      owner: 'infisical',
      may: true,
      member: true,
      bytes: 2 ** 20,
    },
  }
  const host: SiteHost = {
    files,
    cluster,
    runtime,
    nodes: memoryNodes({ node1: runtime }),
    imagesFolder,
    registryPush: () => {
      throw new Error('nothing is pushed here')
    },
    programs: noPrograms,
    database: {
      open: async () => sessionOf(answers),
    },
    cache: {
      open: async () => cacheOf({ INFO: 'redis_version:7.4.0\r\n', SELECT: 'OK', DBSIZE: 0, EVAL: '' }),
    },
    infisical: () => {
      throw new Error('Infisical is not there yet')
    },
    helmFrom: async () => helm,
    clock,
    random: countingRandom(),
    issuers: memoryIssuers(),
    platform: 'linux/amd64',
    operator: 'root@node1, process 1',
    manifests: shippedManifest,
  }
  return { cluster, runtime, imagesFolder, host }
}

/** Installs a bundle on a host. */
export async function installOn(
  host: SiteHost,
  version: Version,
  allowed: Partial<Allowances> = {},
  talk: Talk = recordedTalk(),
  load?: LoadingWayName,
  journal = 'journal',
): Promise<unknown> {
  const site = await readSite('site.yaml', host.files)
  const allow = {
    unsigned: true,
    downgrade: false,
    upgrade: false,
    anySite: false,
    takeOver: false,
    ...allowed,
  }
  return install({ bundle: `${version}.tar`, site, journal, allow, load }, host, talk)
}

/** Plans the install of 1.0.0 on a host; `output` is the file that the plan is written to. */
export async function planOn(
  host: SiteHost,
  output?: string,
  version: Version = '1.0.0',
  load?: LoadingWayName,
) {
  const site = await readSite('site.yaml', host.files)
  const allow = { unsigned: true, downgrade: false, upgrade: true, anySite: false, takeOver: false }
  const request = { bundle: `${version}.tar`, site, journal: 'journal', allow, load }
  return planInstall({ ...request, ...(output === undefined ? {} : { output }) }, host, recordedTalk())
}

/** Removes a bundle from a host. */
export async function removeFrom(host: SiteHost, version: Version, purge: boolean) {
  const { site } = await readSite('site.yaml', host.files)
  return remove(
    { bundle: `${version}.tar`, site, purge, allowUnsigned: true, auditLog: 'audit.jsonl' },
    host,
    recordedTalk(),
  )
}

/** Everything in a cluster but the lease, which its holder renews, the audit log, which every run is in, and the count of writes that change nothing. */
export function objectsIn(cluster: MemoryCluster): KubernetesObject[] {
  return cluster
    .objects()
    .filter(({ kind, metadata }) => kind !== 'Lease' && !metadata.name.startsWith('sealift-audit-'))
    .map(object => ({ ...object, metadata: { ...object.metadata, resourceVersion: '' } }))
}

/** What a receipt says of an install of 1.0.0 that was proven, but its lock. */
export const proven = {
  site: 'bank-prod',
  bundle: digestOf('1'),
  at: '2026-11-29T00:00:00.000Z',
  key: 'unsigned',
} as const

/** Names of the images that a site's node has. */
export async function namesOnNode({ runtime }: Pick<MemorySite, 'runtime'>): Promise<string[]> {
  return (await runtime.images()).map(({ name }) => name)
}
