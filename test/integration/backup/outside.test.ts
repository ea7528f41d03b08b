/** A PostgreSQL that is no pod: its certificate is checked by the tools that a pod for them would have. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { random } from '../../../src/adapters/clock.ts'
import { createPostgres } from '../../../src/adapters/postgres/index.ts'
import { parseSite } from '../../../src/kernel/inputs/index.ts'
import { type KubernetesObject, kinds, type PodPrograms, Secret } from '../../../src/kernel/ports/index.ts'
import { rehearseBackup, restoreBackup, writeBackup } from '../../../src/site/backup/index.ts'
import { makeKeys } from '../../../src/site/wire/index.ts'
import { secretObject } from '../../../src/site/wire/secrets.ts'
import { selfSigned } from '../../support/certificate.ts'
import { runsPods } from '../../support/kubelet-in-memory.ts'
import { localPrograms } from '../../support/memory-programs.ts'
import { recordedTalk } from '../../support/recorded-talk.ts'
import { startTlsPostgres, type TlsPostgres } from '../../support/tls-postgres.ts'
import { newIdentity } from '../../unit/site/wire/escrow/escrows.ts'
import { smallSite } from '../../unit/site/wire/sites.ts'
import { hostOf, install } from './site.ts'

const { identity, recipient } = await newIdentity()
let postgres: TlsPostgres
let folder: string
let host: Awaited<ReturnType<typeof hostOf>>
let site: ReturnType<typeof parseSite>
let pods: KubernetesObject[]
const commands: string[] = []

/** A pod of the image: this machine, but for its folder of its own. */
const programs: PodPrograms = {
  behindService: async () => undefined,
  run: (place, command, streams) => {
    commands.push(command.join(' '))
    const own = command.map(word => (word === '/tmp/server-ca.pem' ? join(folder, 'ca.pem') : word))
    return localPrograms({ bin: postgres.programs }).run(place, own, streams)
  },
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-outside-'))
  postgres = await startTlsPostgres([])
  const lines = [
    ...['host: 127.0.0.1', `port: ${postgres.port}`, 'tools: docker.io/library/postgres:17.5'],
    ...['tls: verify-full', 'ca: { namespace: databases, name: ca, key: ca.crt }'],
  ]
  const text = smallSite.replace('host: postgres-cluster-rw.databases.svc', lines.join('\n  '))
  site = parseSite(text, 'site.yaml')
  host = await hostOf(postgres, programs)
  await host.cluster.apply(secretObject('databases', 'ca', { 'ca.crt': postgres.ca }))
  pods = await runsPods(host.cluster)
  await install(host, makeKeys(random), site)
  await sql(
    `CREATE TABLE secrets AS SELECT n FROM generate_series(1, 1000) n; ALTER TABLE secrets OWNER TO infisical`,
  )
})
afterAll(async () => {
  await postgres?.stop()
  await rm(folder, { recursive: true, force: true })
})

async function sql(statement: string): Promise<Record<string, unknown>[]> {
  const { port, user, password } = postgres
  const at = { host: '127.0.0.1', port, tls: 'require' } as const
  const login = { ...at, user, password: new Secret(password), database: 'infisical' }
  const session = await createPostgres().open(login)
  return await session.query(statement).finally(() => session.close())
}
const request = () => ({ site, folder, recipients: [recipient], version: '1.0.0' })
const which = (path: string) => ({ site, path, identities: [identity] })

test('an archive is written, tried and put back, and no pod stays', async () => {
  const { path } = await writeBackup(request(), host, recordedTalk())
  expect(await rehearseBackup(which(path), host, recordedTalk())).toMatchObject({ tables: 1, rows: 1000 })
  await sql('DELETE FROM secrets')
  const done = await restoreBackup(which(path), host, recordedTalk())
  expect(done.setAside).toBeDefined()
  expect(await sql('SELECT count(*)::int AS rows FROM secrets')).toEqual([{ rows: 1000 }])
  expect(pods.map(({ metadata }) => metadata.namespace)).toEqual(Array(3).fill('sealift-system'))
  expect(await host.cluster.list(kinds.pod)).toEqual([])
  expect((await readFile(join(folder, 'ca.pem'), 'utf8')).trim()).toBe(postgres.ca.trim())
  expect(commands.filter(command => command.includes(postgres.password))).toEqual([])
})

test('a certificate of another authority is none for the tools either', async () => {
  const other = selfSigned('another', [])
  const wrong: PodPrograms = {
    ...programs,
    run: (place, command, streams) => {
      const { input } = streams
      return programs.run(place, command, {
        ...streams,
        ...(input && { input: replaced(input, other.cert) }),
      })
    },
  }
  await expect(writeBackup(request(), { ...host, programs: wrong }, recordedTalk())).rejects.toMatchObject({
    code: 'BACKUP_FAILED',
    message: expect.stringContaining('certificate verify failed'),
  })
})

/** The same input with another certificate in it. */
async function* replaced(input: AsyncIterable<Uint8Array>, ca: string): AsyncGenerator<Uint8Array> {
  for await (const some of input) {
    const text = Buffer.from(some).toString('latin1')
    yield Buffer.from(text.replace(/-----BEGIN[\s\S]*END CERTIFICATE-----/, ca.trim()), 'latin1')
  }
}
