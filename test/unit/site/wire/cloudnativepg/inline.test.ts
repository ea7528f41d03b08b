import { describe, expect, test } from 'vitest'
import { kinds } from '../../../../../src/kernel/ports/index.ts'
import { parseYaml } from '../../../../../src/kernel/yaml/index.ts'
import {
  inspectDatabase,
  ownDatabase,
  purgeDatabase,
  readyDatabase,
} from '../../../../../src/site/wire/index.ts'
import { memorySetting } from '../../../../support/cloudnativepg/setting.ts'
import { rejection } from '../memory.ts'

const login = 'postgres-cluster-infisical-login'

/** Adds a stanza to the Cluster, as a person does. */
async function add(cluster: Awaited<ReturnType<typeof memorySetting>>['cluster'], stanza: object) {
  const metadata = { name: 'postgres-cluster', namespace: 'databases' }
  await cluster.applyAs('person', { ...kinds.cnpgCluster, metadata, ...stanza })
}

/** The stanza that was told. */
const within = (told: string) => parseYaml(told) as object

describe('before 1.30, where an operator knows no role by itself', () => {
  test.each([[['clusters', 'databases']], [['clusters']]])(
    'the Cluster’s list is waited for (%s)',
    async known => {
      const { services, cluster, clock } = await memorySetting(known)
      const own = await ownDatabase(services(), undefined)
      expect(await inspectDatabase(services(), own, 20)).not.toHaveProperty('state')
      const told: string[] = []
      const added: Promise<void>[] = []
      const tell = (_: string, lines: readonly string[]) => {
        const text = lines.join('\n')
        told.push(text)
        added.push(clock.sleep(200_000).then(() => add(cluster, within(text))))
      }
      expect(await readyDatabase(services(), own, 20, { tell })).toEqual({
        ...{ role: 'created', database: 'created' },
      })
      await Promise.all(added)
      expect(within(told[0] ?? '')).toMatchObject({
        spec: {
          managed: { roles: [{ name: 'infisical', createdb: true, passwordSecret: { name: login } }] },
        },
      })
      expect(told.join()).not.toContain(own.parts.password.reveal())
      const again = { ...own, parts: { ...own.parts } }
      expect(await readyDatabase(services(), again, 20, { tell })).toEqual({
        ...{ role: 'unchanged', database: 'unchanged' },
      })
      expect(told).toHaveLength(1)
    },
  )

  test('an entry that nobody adds ends the wait, with what to add', async () => {
    const { services } = await memorySetting(['clusters', 'databases'])
    const own = await ownDatabase(services(), undefined)
    const error = await rejection(readyDatabase(services(), own, 20))
    expect([error.code, error.message]).toEqual([
      'DATABASE_DENIED',
      `role infisical cannot log in yet, by Secret databases/${login} in spec.managed.roles of Cluster databases/postgres-cluster: it is not taken at the server`,
    ])
    expect(error.hints.join()).toContain('passwordSecret')
  })

  test('the entry stays in use when the operator is a newer one, and a purge leaves it to the Cluster', async () => {
    const { services, cluster } = await memorySetting()
    const own = await ownDatabase(services(), undefined)
    await add(cluster, {
      spec: { managed: { roles: [{ name: 'infisical', createdb: true, passwordSecret: { name: login } }] } },
    })
    expect(await readyDatabase(services(), own, 20)).toEqual({ role: 'changed', database: 'created' })
    expect(await cluster.list(kinds.cnpgRole)).toEqual([])
    expect(await purgeDatabase(services(), { databaseUri: own.uri })).toBe(
      'role infisical is in spec.managed.roles of Cluster databases/postgres-cluster: take it out there',
    )
    expect(await cluster.list(kinds.cnpgDatabase)).toEqual([])
  })

  test('an entry with another Secret is somebody else’s', async () => {
    const { services, cluster } = await memorySetting()
    await add(cluster, {
      spec: { managed: { roles: [{ name: 'infisical', passwordSecret: { name: 'x' } }] } },
    })
    const error = await rejection(inspectDatabase(services(), await ownDatabase(services(), undefined), 20))
    expect([error.code, error.message]).toEqual([
      'FOREIGN_INSTALL',
      expect.stringMatching(
        /^role infisical, which Cluster databases\/postgres-cluster has in its spec\.managed/,
      ),
    ])
  })
})
