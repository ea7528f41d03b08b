import { readFileSync } from 'node:fs'
import { KubeConfig } from '@kubernetes/client-node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createInfisical } from '../../../src/adapters/infisical/index.ts'
import { statusOf } from '../../../src/kernel/access/index.ts'
import { Secret } from '../../../src/kernel/ports/index.ts'
import { type ApiServer, startApiServer } from '../../support/apiserver.ts'
import { rejection } from '../../unit/site/wire/memory.ts'
import { systemClock } from '../infisical-client/system.ts'
import { adminPassword, startServers, type TenancyServers } from '../infisical-tenancy/servers.ts'
import { kubernetesAuthContract } from './contract.ts'

let api: ApiServer
let servers: TenancyServers
let ca = ''
const allowed = { ALLOW_INTERNAL_IP_CONNECTIONS: 'true' }

beforeAll(async () => {
  api = await startApiServer()
  const config = new KubeConfig()
  config.loadFromString(readFileSync(api.kubeconfig, 'utf8'))
  const cluster = config.getCurrentCluster()
  ca = Buffer.from(cluster?.caData ?? '', 'base64').toString()
  const STAND_IN_HOSTS = `kubernetes.default.svc=127.0.0.1:${new URL(cluster?.server ?? '').port}`
  servers = await startServers({ environment: { STAND_IN_HOSTS, ...allowed } })
})
afterAll(async () => {
  await Promise.all([servers?.stop(), api?.stop()])
})

kubernetesAuthContract('the client, against the stand-in and a real API server', () => {
  const { kubernetesAuth: server, tenancy } = servers.session
  return { server, tenancy, ca }
})

it('an internal address is refused unless it may be asked', async () => {
  await servers.again({ ALLOW_INTERNAL_IP_CONNECTIONS: '' })
  const infisical = createInfisical({ baseUrl: servers.watched.url, clock: systemClock })
  const session = await infisical.login('admin@site.local', new Secret(adminPassword))
  const id = await session.tenancy.createIdentity('refused')
  const auth = { host: 'https://kubernetes.default.svc', ca, names: [], namespaces: [], audience: '' }
  const error = await rejection(session.kubernetesAuth.attach(id, { ...auth, ttl: 1, maxTtl: 1 }))
  expect([statusOf(error), error.message]).toEqual([400, expect.stringContaining('Local IPs not allowed')])
})
