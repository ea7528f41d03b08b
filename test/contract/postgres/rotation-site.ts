/** A site in memory beside a real PostgreSQL, with an application's login in Infisical and what reads it. */
import { createPostgres } from '../../../src/adapters/postgres/index.ts'
import { parseSite } from '../../../src/kernel/inputs/index.ts'
import { secretObject } from '../../../src/kernel/owned/index.ts'
import { type Database, type KubernetesObject, kinds, Secret } from '../../../src/kernel/ports/index.ts'
import { withSession } from '../../../src/kernel/services/index.ts'
import type { Tenancy } from '../../../src/kernel/tenancy-file/index.ts'
import { type RotatedSecrets, rotateSecretsAlone } from '../../../src/teams/verbs/rotate-secret.ts'
import type { MemoryCluster } from '../../support/memory-cluster.ts'
import { memoryTenancy } from '../../support/memory-tenancy.ts'
import type { PostgresServer } from '../../support/services.ts'
import { secretIn } from '../../unit/site/wire/memory.ts'
import { smallSite } from '../../unit/site/wire/sites.ts'
import { tenancyOf } from '../../unit/teams/tenancy/tenancies.ts'
import { type TeamsSite, teamsSite } from '../../unit/teams/verbs/teams-site.ts'

/** The site, and what a test does on it. */
export interface RotationSite extends TeamsSite {
  readonly database: Database
  /** Where the application's secrets are in the memory Infisical: `prod/db/DB_USER`. */
  secret(name: string): string | undefined
  putSecret(name: string, value: string): void
  rotate(
    tenancy: Tenancy,
    how?: { names?: readonly string[]; due?: boolean; database?: Database; talk?: TeamsSite['talk'] },
  ): Promise<RotatedSecrets>
  /** Whether PostgreSQL lets a role in. */
  logsIn(user: string, password: string): Promise<boolean>
  /** What the Secret that ESO makes holds. */
  arrived(): Promise<Record<string, string> | undefined>
  /** What Sealift keeps of the rotation. */
  pending(): Promise<Record<string, string> | undefined>
}

/** The file's rotation of the application's password, with these fields changed. */
export function rotating(postgres: PostgresServer, fields: object = {}, policy?: object): Tenancy {
  return tenancyOf({
    projects: [{ slug: 'talent-mesh', environments: ['dev', 'staging', 'prod'] }],
    rotation: {
      ...(policy ? { policy } : {}),
      databases: [
        {
          ...{ name: 'app', project: 'talent-mesh', environment: 'prod', path: '/db' },
          ...{ username: 'DB_USER', password: 'POSTGRES_PASSWORD', every: '30d' },
          database: { host: postgres.host, port: postgres.port, name: 'app', tls: 'disable' },
          ...fields,
        },
      ],
    },
  })
}

/** Says something to PostgreSQL as its superuser. */
export async function asSuperuser(postgres: PostgresServer, ...statements: readonly string[]): Promise<void> {
  const { host, port, user } = postgres
  const login = { host, port, user, password: new Secret(postgres.password), database: 'postgres' }
  await withSession(createPostgres(), { ...login, tls: 'disable' as const }, async session => {
    for (const statement of statements) await session.query(statement)
  })
}

const store: KubernetesObject = {
  ...kinds.clusterSecretStore,
  metadata: { name: 'talent-mesh.prod' },
  spec: {
    provider: {
      infisical: { secretsScope: { projectSlug: 'talent-mesh', environmentSlug: 'prod', secretsPath: '/' } },
    },
  },
}

/** What a team has written. */
export const externalSecret: KubernetesObject = {
  ...kinds.externalSecret,
  metadata: { name: 'db', namespace: 'databases' },
  spec: {
    secretStoreRef: { kind: 'ClusterSecretStore', name: 'talent-mesh.prod' },
    target: { name: 'db-credentials' },
    data: [
      { secretKey: 'username', remoteRef: { key: '/db/DB_USER' } },
      { secretKey: 'password', remoteRef: { key: '/db/POSTGRES_PASSWORD' } },
    ],
  },
}

/** Opens it, with role `app` whose password is `old`. */
export async function rotationSite(postgres: PostgresServer): Promise<RotationSite> {
  const tenancy = memoryTenancy()
  const site = await teamsSite(tenancy)
  await tenancy.createProject({ slug: 'talent-mesh', defaultEnvironments: true })
  const { secrets } = site.infisical
  secrets.set('prod/db/DB_USER', 'app')
  secrets.set('prod/db/POSTGRES_PASSWORD', 'old')
  const { cluster } = site
  await cluster.apply(
    secretObject('databases', 'postgres-superuser', {
      username: postgres.user,
      password: `${postgres.password}\n`,
    }),
  )
  cluster.behaviour.react = syncing(secrets)
  await cluster.applyAs('team', store)
  await cluster.applyAs('team', externalSecret)
  const database = createPostgres()
  return {
    ...{ ...site, database },
    secret: name => secrets.get(`prod/db/${name}`),
    putSecret: (name, value) => void secrets.set(`prod/db/${name}`, value),
    rotate: (file, { names = [], due = false, database: other = database, talk = site.talk } = {}) =>
      rotateSecretsAlone(
        { site: parseSite(smallSite.replace('bank-prod', 'bank'), 'site.yaml'), tenancy: file, names, due },
        { ...site.host, database: other },
        talk,
      ),
    logsIn: async (user, given) => {
      const { host, port } = postgres
      const login = {
        host,
        port,
        user,
        password: new Secret(given),
        database: 'app',
        tls: 'disable' as const,
      }
      return await database.open(login).then(
        async session => {
          await session.close()
          return true
        },
        () => false,
      )
    },
    arrived: () => secretIn(cluster, 'databases', 'db-credentials'),
    pending: () => secretIn(cluster, 'sealift-system', 'sealift-rotation.app'),
  }
}

/** External Secrets Operator, as far as it makes a Secret of an ExternalSecret that is applied. */
function syncing(secrets: ReadonlyMap<string, string>) {
  return async ({ kind, spec, metadata }: KubernetesObject, cluster: MemoryCluster) => {
    if (kind !== 'ExternalSecret') return
    const { data, target } = spec as {
      data: { secretKey: string; remoteRef: { key: string } }[]
      target: { name: string }
    }
    const values = data.map(({ secretKey, remoteRef }) => [
      secretKey,
      secrets.get(`prod${remoteRef.key}`) ?? '',
    ])
    const secret = secretObject(metadata.namespace ?? '', target.name, Object.fromEntries(values))
    await cluster.applyAs('eso', { ...secret, metadata: { ...secret.metadata, labels: {} } })
  }
}
