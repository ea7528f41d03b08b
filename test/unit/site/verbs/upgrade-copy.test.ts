/** What an upgrade tells of the copy of the database, and when it makes none. */
import { expect, test } from 'vitest'
import type { Database } from '../../../../src/kernel/ports/index.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { upgradeOn, upgradeWorld, versionOf } from './upgrade-world.ts'

/** The database of a world, some of whose statements are answered otherwise. */
function answering(port: Database, answer: (sql: string) => Record<string, unknown>[] | undefined): Database {
  return {
    async open(login) {
      const session = await port.open(login)
      return {
        ...session,
        query: async (sql, parameters) => answer(sql) ?? (await session.query(sql, parameters)),
      }
    },
  }
}

const refused = (message: string, code: string) => Object.assign(new Error(message), { code })

test('what only an administrator may set on the copy is a warning, with the statement', async () => {
  const world = await upgradeWorld()
  const talk = recordedTalk()
  const database = answering(world.host.database, sql => {
    if (sql.includes('pg_db_role_setting')) return [{ role: null, name: 'log_statement', value: 'all' }]
    if (/^ALTER DATABASE ".*" SET /.test(sql))
      throw refused('permission denied to set parameter "log_statement"', '42501')
    return undefined
  })
  await upgradeOn({ ...world.host, database }, '1.1.0', talk)
  expect(talk.told).toContainEqual(
    expect.stringMatching(
      /^warning: .*permission denied.*ALTER DATABASE "infisical" SET "log_statement" TO …$/,
    ),
  )
  expect(await versionOf(world)).toMatchObject({ databases: ['infisical', 'infisical_before'] })
})

test('somebody else who stays connected is named, and the site is as it was', async () => {
  const world = await upgradeWorld()
  const monitoring = {
    ...{ pid: 7, usename: 'watcher', program: 'monitoring', client: '10.0.0.7', datname: 'infisical' },
    ...{ own: false, prepared: null },
  }
  const database = answering(world.host.database, sql =>
    sql.includes('WHERE datname = ANY($1)') ? [monitoring] : undefined,
  )
  await expect(upgradeOn({ ...world.host, database })).rejects.toMatchObject({
    code: 'ROLLED_BACK',
    faults: ['monitoring, as watcher from 10.0.0.7, in infisical (process 7)'],
  })
  expect(await versionOf(world)).toMatchObject({ server: 'older', databases: ['infisical'] })
})
