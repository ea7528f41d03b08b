/** An export for an auditor from the real API server: what the stand-in has logged comes by a kubelet of ours. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createCluster } from '../../src/adapters/cluster/index.ts'
import { nodeFiles } from '../../src/adapters/files/index.ts'
import { createInfisical } from '../../src/adapters/infisical/index.ts'
import { managed } from '../../src/kernel/access/index.ts'
import { secretObject } from '../../src/kernel/owned/index.ts'
import { type Cluster, kinds, Secret } from '../../src/kernel/ports/index.ts'
import { markedFor } from '../../src/site/wire/index.ts'
import { exportAudit } from '../../src/teams/verbs/audit-export.ts'
import { systemClock } from '../contract/infisical-client/system.ts'
import { adminPassword, startServers, type TenancyServers } from '../contract/infisical-tenancy/servers.ts'
import { type ApiServer, startApiServer } from '../support/apiserver.ts'
import { type LogKubelet, startKubelet } from '../support/kubelet.ts'
import { recordedTalk } from '../support/recorded-talk.ts'

let servers: TenancyServers
let api: ApiServer
let kubelet: LogKubelet
let cluster: Cluster
let folder = ''

/** Its lines with the times that they have themselves, as kubelet has put them before each. */
const timed = () =>
  servers
    .output()
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => `${new Date((JSON.parse(line) as { time: number }).time).toISOString()} ${line}\n`)
    .join('')

beforeAll(async () => {
  ;[servers, api, folder] = await Promise.all([
    startServers(),
    startApiServer(),
    mkdtemp(join(tmpdir(), 'sealift-audit-')),
  ])
  const { hostname, port } = new URL(servers.watched.url)
  const forwardService = async () => ({ host: hostname, port: Number(port), close: async () => {} })
  cluster = { ...createCluster({ kubeconfig: api.kubeconfig, environment: {} }), forwardService }
  kubelet = await startKubelet(cluster, timed)
  for (const name of ['sealift-system', 'infisical'])
    await cluster.apply(markedFor('bank', { ...kinds.namespace, metadata: { name, labels: managed } }))
  const { organizationId } = servers.session
  const login = { email: 'admin@site.local', password: adminPassword, organizationId }
  await cluster.apply(secretObject('sealift-system', 'infisical-admin', login))
  await cluster.apply(secretObject('infisical', 'infisical-secrets', { AUTH_SECRET: 'x' }))
  const labels = { app: 'infisical' }
  await cluster.apply({ ...kinds.serviceAccount, metadata: { name: 'default', namespace: 'infisical' } })
  await cluster.apply({
    ...kinds.service,
    metadata: { name: 'infisical', namespace: 'infisical' },
    spec: { selector: labels, ports: [{ port: 8080 }] },
  })
  await cluster.create({
    ...kinds.pod,
    metadata: { name: 'infisical-0', namespace: 'infisical', labels },
    spec: { nodeName: 'node-1', containers: [{ name: 'infisical', image: 'none.dev/none' }] },
  })
  const { id } = await servers.session.tenancy.createProject({
    slug: 'talent-mesh',
    defaultEnvironments: true,
  })
  const place = { projectId: id, environment: 'prod', path: '/' }
  await servers.session.putSecret(place, 'POSTGRES_PASSWORD', new Secret('p4ssw0rd'))
  await servers.session.secret(place, 'POSTGRES_PASSWORD')
})
afterAll(async () => {
  await kubelet?.stop()
  await Promise.all([api?.stop(), servers?.stop(), rm(folder, { recursive: true, force: true })])
})

it('has who asked for which secret and when, and no value; only its owner may read it', async () => {
  // An export ends a minute ago.
  const clock = { ...systemClock, now: () => Date.now() + 90_000 }
  const host = {
    ...{ cluster, clock, files: nodeFiles(), operator: 'test' },
    infisical: (baseUrl: string) => createInfisical({ baseUrl, clock: systemClock }),
  }
  const output = join(folder, 'audit.ndjson')
  const since = Date.now() - 3_600_000
  const exported = await exportAudit({ site: 'bank', output, since }, host, recordedTalk())
  expect(exported).toMatchObject({ source: 'request-log', logs: [{ pod: 'infisical-0', run: 'present' }] })
  const text = await readFile(output, 'utf8')
  const [header, ...lines] = text
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)
  expect(header).toMatchObject({ kind: 'header', site: 'bank', missing: exported.missing })
  const about = lines.filter(({ path }) => path === '/api/v3/secrets/raw/POSTGRES_PASSWORD')
  expect(about.map(({ method, status }) => [method, status])).toEqual([
    ['GET', 404],
    ['POST', 200],
    ['GET', 200],
  ])
  expect(about[0]).toMatchObject({ from: '127.0.0.1', query: { environment: 'prod', secretPath: '/' } })
  expect(lines).toContainEqual(expect.objectContaining({ kind: 'last-login', name: 'admin@site.local' }))
  expect(text).not.toMatch(/p4ssw0rd|eyJ/)
  expect(text).not.toContain(adminPassword)
  expect((await stat(output)).mode & 0o777).toBe(0o600)
})
