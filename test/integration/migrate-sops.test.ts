/** Files that the real sops has encrypted, brought to the stand-in by the verb: every form that the decision has. */
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { nodeFiles } from '../../src/adapters/files/index.ts'
import { createInfisical } from '../../src/adapters/infisical/index.ts'
import {
  type MigrateFilesRequest,
  migrateSops,
  migrationFault,
} from '../../src/teams/verbs/migrate-sops/index.ts'
import { systemClock, systemRandom } from '../contract/infisical-client/system.ts'
import { adminPassword, startServers, type TenancyServers } from '../contract/infisical-tenancy/servers.ts'
import { filesBelow } from '../support/files-below.ts'
import { memoryTenancy } from '../support/memory-tenancy.ts'
import { recordedTalk } from '../support/recorded-talk.ts'
import { type RealSops, realSops } from '../support/sops.ts'
import { type TeamsSite, teamsSite } from '../unit/teams/verbs/teams-site.ts'

let servers: TenancyServers
let site: TeamsSite
let sops: RealSops
let projectId = ''

beforeAll(async () => {
  ;[servers, sops] = await Promise.all([startServers(), realSops()])
  const { organizationId, tenancy } = servers.session
  const login = { email: 'admin@site.local', password: adminPassword, organizationId }
  site = await teamsSite(memoryTenancy(), login)
  const { hostname, port } = new URL(servers.watched.url)
  site.cluster.behaviour.services['infisical/infisical:8080'] = { host: hostname, port: Number(port) }
  projectId = (await tenancy.createProject({ slug: 'talent-mesh', defaultEnvironments: true })).id
  await sops.encrypt(
    'prod.enc.yaml',
    'yaml',
    'db:\n  password: hunter2-yaml\n  mode: 0777\npem: |\n  a\n  b\n',
  )
  await sops.encrypt(
    '.env.production',
    'dotenv',
    'API_KEY=hunter2-env\nURL=postgres://u:hunter2@db/x?y=1#z\n',
  )
  await sops.encrypt('terraform.tfvars.enc', 'binary', 'region = "eu"\ntoken = "hunter2-tf"\n')
  await sops.encrypt('bootstrap.tfvars.enc', 'binary', 'token = "hunter2-bootstrap"\n')
})
afterAll(() => Promise.all([servers?.stop(), sops?.dispose()]))

const run = (more: Partial<MigrateFilesRequest> = {}) => {
  const host = {
    ...{ cluster: site.cluster, files: nodeFiles(), clock: systemClock, random: systemRandom },
    ...{ operator: 'ann@node1, process 1', sops: sops.sops },
    infisical: (baseUrl: string) => createInfisical({ baseUrl, clock: systemClock }),
  }
  const to = { site: 'bank', project: 'talent-mesh', environment: 'prod', path: '/' }
  const usual = { apply: true, accept: [], switches: [], options: { leave: ['bootstrap.*'] } }
  return migrateSops({ ...to, ...usual, paths: [sops.folder], ...more }, host, recordedTalk())
}
const brought = async (path = '/') => {
  const found = await servers.session.batches.secretsIn({ projectId, environment: 'prod', path })
  return found && Object.fromEntries([...found].map(([name, value]) => [name, value.reveal()]))
}

it('is planned with all that sops has changed, and without a value', async () => {
  const planned = await run({ apply: false })
  expect(planned.secrets.map(({ name }) => name).toSorted()).toEqual(
    ['API_KEY', 'URL', 'db_mode', 'db_password', 'pem', 'region', 'token'].toSorted(),
  )
  expect(planned.doubts.filter(({ kind }) => kind === 'lost').map(({ at }) => at)).toEqual(['db.mode'])
  expect(planned.left.map(({ file }) => file.replace(/.*\//, '')).toSorted()).toEqual([
    'bootstrap.tfvars.enc',
    'identity.txt',
  ])
  expect(JSON.stringify(planned)).not.toContain('hunter2')
  expect(await brought()).toEqual({})
})

it('is brought as applications read it, and once', async () => {
  const report = `${sops.folder}/report.json`
  const applied = await run({ report })
  expect(migrationFault(applied, [])).toBeUndefined()
  expect(await brought()).toEqual({
    ...{ API_KEY: 'hunter2-env', URL: 'postgres://u:hunter2@db/x?y=1#z', region: 'eu', token: 'hunter2-tf' },
    ...{ db_password: 'hunter2-yaml', db_mode: '511', pem: 'a\nb\n' },
  })
  expect(await run()).toMatchObject({ written: 0, parity: { equal: 7, different: [] } })
})

it('has no report in the place of a file with secrets', async () => {
  const report = `${sops.folder}/.env.production`
  const before = await readFile(report, 'utf8')
  await expect(run({ apply: false, report })).rejects.toMatchObject({
    code: 'FILE_FAILED',
    message: `${report} is not written: it is a file that sops has encrypted`,
  })
  expect(await readFile(report, 'utf8')).toBe(before)
})

it('is nowhere on the disk when it is decrypted', async () => {
  const files = await filesBelow(nodeFiles(), sops.folder)
  const texts = await Promise.all(files.map(file => readFile(`${sops.folder}/${file}`, 'utf8')))
  expect(texts.filter(text => text.includes('hunter2'))).toEqual([])
  expect(files.length).toBeGreaterThan(5)
})
