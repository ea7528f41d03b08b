import { beforeEach, expect, it } from 'vitest'
import { parseSite } from '../../../../src/kernel/inputs/index.ts'
import { secretObject } from '../../../../src/kernel/owned/index.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import type { WantedRotation } from '../../../../src/teams/rotation/index.ts'
import { refuseOthers } from '../../../../src/teams/rotation/operated.ts'
import type { MemoryCluster } from '../../../support/memory-cluster.ts'
import { rejection, siteCluster } from '../../site/wire/memory.ts'
import { smallSite } from '../../site/wire/sites.ts'
import { tenancyOf } from '../tenancy/tenancies.ts'

const site = parseSite(smallSite, 'site.yaml')
let cluster: MemoryCluster
beforeEach(async () => {
  cluster = await siteCluster()
  for (const kind of ['Cluster', 'DatabaseRole'])
    await cluster.apply({
      ...kinds.crd,
      metadata: { name: kind.toLowerCase() },
      spec: { group: 'postgresql.cnpg.io', scope: 'Namespaced', names: { kind }, versions: [{ name: 'v1' }] },
    })
  const metadata = { name: 'pg-rw', namespace: 'databases', labels: { 'cnpg.io/cluster': 'pg' } }
  await cluster.apply({ ...kinds.service, metadata })
  await cluster.apply({
    ...kinds.cnpgCluster,
    metadata: { name: 'pg', namespace: 'databases' },
    spec: {
      managed: { roles: [{ name: 'inline', passwordSecret: { name: 's' } }, { name: 'free' }] },
    },
  })
  await cluster.apply(secretObject('databases', 'pg-app', { username: 'first' }))
  await cluster.apply({
    ...kinds.cnpgRole,
    metadata: { name: 'a-role', namespace: 'databases' },
    spec: { name: 'declared', cluster: { name: 'pg' }, passwordSecret: { name: 's' } },
  })
})

function wanted(host: string): WantedRotation {
  const { rotation } = tenancyOf({
    projects: [{ slug: 'talent-mesh', environments: ['prod'] }],
    rotation: {
      databases: [
        {
          ...{ name: 'app', project: 'talent-mesh', environment: 'prod', role: 'any', password: 'PW' },
          database: { host, name: 'app' },
        },
      ],
    },
  })
  const [one] = rotation?.databases ?? []
  if (one === undefined) throw new Error('none')
  return one
}
const refuse = (role: string, host = 'pg-rw.databases.svc') =>
  refuseOthers({ cluster, namespace: 'infisical' }, site, wanted(host), role)

it.each([
  ['inline', 'spec.managed.roles of Cluster databases/pg'],
  ['declared', 'DatabaseRole databases/a-role'],
  ['first', 'Secret databases/pg-app'],
])('role %s is refused: its password is kept by %s', async (role, keeper) => {
  expect(await rejection(refuse(role))).toMatchObject({
    code: 'TENANCY_UNMET',
    message: expect.stringContaining(keeper),
  })
})

it.each(['free', 'other'])('role %s is nobody’s but its own', async role => {
  await expect(refuse(role)).resolves.toBeUndefined()
})

it('roles of those names elsewhere are no matter', async () => {
  for (const host of ['pg-rw.infisical.svc', 'pg.bank.example', '10.0.0.1'])
    await expect(refuse('inline', host)).resolves.toBeUndefined()
})

it("Infisical's own role is refused at its server, and there alone", async () => {
  const { host, user } = site.database
  expect(await rejection(refuse(user, host))).toMatchObject({
    code: 'TENANCY_UNMET',
    hints: ['sealift rotate database gives it another password'],
  })
  // However the same Service is written.
  expect(await rejection(refuse(user, `${host}.cluster.local`))).toMatchObject({ code: 'TENANCY_UNMET' })
  await expect(refuse(user, 'other.databases.svc')).resolves.toBeUndefined()
})

it('a role without a password by the operator’s word, and the one of a Cluster that was restored', async () => {
  const managed = { roles: [{ name: 'bare', disablePassword: true }] }
  const spec = { managed, bootstrap: { recovery: { source: 'old', secret: { name: 'given' } } } }
  await cluster.apply({ ...kinds.cnpgCluster, metadata: { name: 'pg', namespace: 'databases' }, spec })
  await cluster.apply(secretObject('databases', 'given', { username: 'restored' }))
  for (const role of ['bare', 'restored'])
    expect(await rejection(refuse(role))).toMatchObject({ code: 'TENANCY_UNMET' })
})

it("Infisical's own role is refused where a URI names it", async () => {
  const { database } = site
  const uri = { namespace: 'databases', name: 'uri', key: 'uri' }
  const text = 'postgresql://in%66isical%40x:p%40ss@PG-RW.databases:5432/infisical'
  await cluster.apply(secretObject('databases', 'uri', { uri: text }))
  const own = { ...site, database: { ...database, uri } }
  const asked = (role: string, host = 'pg-rw.databases.svc') =>
    refuseOthers({ cluster, namespace: 'infisical' }, own, wanted(host), role)
  expect(await rejection(asked('infisical@x'))).toMatchObject({
    message: "role infisical@x is Infisical's own",
  })
  await expect(asked('infisical@x', 'pg.bank.example')).resolves.toBeUndefined()
  await expect(asked('other')).resolves.toBeUndefined()
})
