import { expect, test } from 'vitest'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { fitting } from '../../../../src/site/backup/tools.ts'
import { toolsPod } from '../../../../src/site/backup/tools-pod.ts'
import { withTools } from '../../../../src/site/backup/with-tools.ts'
import { running, waiting } from '../../../support/kubelet-in-memory.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { smallSite } from '../wire/sites.ts'
import { image, login, namedIn, world } from './tools-world.ts'

test('where PostgreSQL is no pod, its tools are those of the image, in a pod that ends with the work', async () => {
  const { at, host, made, ran, left } = await world({})
  await withTools(at, host, recordedTalk(), async tools => {
    expect(await fitting(tools, 'pg_dump', '17.5')).toBe('17.5')
    await tools.run('pg_dump', login, ['--format=custom'], {})
    expect(await left()).toHaveLength(1)
  })
  expect(await left()).toEqual([])
  const [pod] = made
  expect(pod?.metadata).toMatchObject({ namespace: 'sealift-system', name: 'database-tools-00010203' })
  expect(pod?.['spec']).toMatchObject({ automountServiceAccountToken: false, containers: [{ image }] })
  expect(ran.map(({ pod }) => pod)).toEqual(Array(2).fill('sealift-system/database-tools-00010203'))
  const words = ['postgres-cluster-rw.databases.svc', '5432', 'require', '', 'infisical', 'infisical']
  expect(ran[1]?.command.slice(3)).toEqual(['sh', ...words, 'pg_dump', '--format=custom'])
  expect(ran[1]?.input).toBe('w0rd\n')
})

test('its certificate is checked as Sealift itself does', async () => {
  const ca = 'tls: verify-full\n  ca: { namespace: databases, name: ca, key: ca.crt }'
  const { at, host, ran } = await world({ text: namedIn(smallSite).replace('  tools:', `  ${ca}\n  tools:`) })
  await withTools(at, host, recordedTalk(), tools => tools.run('pg_restore', login, [], {}))
  expect(ran[0]?.command.slice(6, 8)).toEqual(['verify-full', '/tmp/server-ca.pem'])
  expect(ran[0]?.input).toBe('w0rd\nA\nB\n\n')
  const trusted = { ...at, own: { ...at.own, place: { tls: 'verify-full', serverName: 'x' } as const } }
  await withTools(trusted, host, recordedTalk(), tools => tools.run('pg_restore', login, [], {}))
  expect(ran[1]?.command.slice(6, 8)).toEqual(['verify-full', 'system'])
})

test.each([
  ['that has them', '17.4', 'databases/postgres-cluster-rw-0', 0],
  ['that has none', 'none', 'sealift-system/database-tools-00010203', 1],
  ['that has those of another major', '16.9', 'sealift-system/database-tools-00010203', 1],
])('the server’s own pod goes first, where it is one %s', async (_, own, used, pods) => {
  const { at, host, made, ran } = await world({ own })
  const talk = recordedTalk()
  await withTools(at, host, talk, tools => tools.run('pg_dump', login, [], {}))
  expect(ran.at(-1)?.pod).toBe(used)
  expect(made).toHaveLength(pods)
  expect(talk.told).toHaveLength(pods)
})

test.each([
  ['older', '15.18'],
  ['newer', '18.1'],
])('tools of an %s major are refused with both versions, and no pod stays', async (_, carried) => {
  const { at, host, left } = await world({ carried })
  await expect(
    withTools(at, host, recordedTalk(), tools => fitting(tools, 'pg_dump', '17.5')),
  ).rejects.toMatchObject({
    code: 'BACKUP_FAILED',
    message: expect.stringContaining(
      `${image} (database.tools) is of version ${carried}, the server of 17.5`,
    ),
    hints: [expect.stringContaining('database.tools')],
  })
  expect(await left()).toEqual([])
})

test.each([
  ['postgres', 'require', 'postgres.infisical.svc'],
  ['postgres', 'verify-full', 'postgres'],
  ['postgres.databases', 'require', 'postgres.databases'],
  ['db', 'require', 'db'],
])('a server %s (%s) is %s in a pod of another namespace', async (server, tls, seen) => {
  const ca = tls === 'verify-full' ? '  ca: { namespace: databases, name: ca, key: ca.crt }\n' : ''
  const text = namedIn(smallSite).replace('  tools:', `  tls: ${tls}\n${ca}  tools:`)
  const { at, host, cluster, ran } = await world({ text })
  cluster.behaviour.services = {
    'infisical/postgres:5432': { host: '127.0.0.1', port: 5432 },
    'databases/postgres:5432': { host: '127.0.0.1', port: 5432 },
  }
  for (const namespace of ['infisical', 'databases'])
    await cluster.apply({ ...kinds.service, metadata: { name: 'postgres', namespace }, spec: {} })
  const own = { ...at.own, parts: { ...at.own.parts, host: server } }
  await withTools({ ...at, own }, host, recordedTalk(), tools => tools.run('pg_dump', login, [], {}))
  expect(ran[0]?.command[4]).toBe(seen)
})

test('without a pod and without an image it is said what to do', async () => {
  const { at, host } = await world({ text: smallSite })
  await expect(withTools(at, host, recordedTalk(), async () => {})).rejects.toMatchObject({
    code: 'BACKUP_FAILED',
    message: expect.stringContaining('is no pod of this cluster'),
    hints: expect.arrayContaining([expect.stringContaining('database.tools')]),
  })
})

test.each([
  ['ErrImagePull', 'dial tcp: no route to host', 'no node has it'],
  ['StartError', 'exec: "sh": executable file not found', 'and sh'],
])('a pod that does not come up (%s) is told with what to do, and ended', async (reason, message, hint) => {
  const { at, host, left } = await world({ status: waiting(reason, message) })
  await expect(withTools(at, host, recordedTalk(), async () => {})).rejects.toMatchObject({
    code: 'BACKUP_FAILED',
    message: `no pod of image ${image} (database.tools) comes up: ${reason}: ${message}`,
    hints: expect.arrayContaining([expect.stringContaining(hint)]),
  })
  expect(await left()).toEqual([])
})

test('one that has no node is waited for, then told by the scheduler’s own words', async () => {
  const { at, host, cluster, clock, left } = await world({ status: { phase: 'Pending' } })
  const event = {
    ...{ type: 'Warning', reason: 'FailedScheduling', message: '0/1 nodes: Insufficient memory' },
    involvedObject: { kind: 'Pod', name: 'database-tools-00010203' },
  }
  await cluster.apply({ ...kinds.event, metadata: { name: 'e', namespace: 'sealift-system' }, ...event })
  const told = expect(withTools(at, host, recordedTalk(), async () => {})).rejects.toMatchObject({
    message: expect.stringContaining('FailedScheduling: 0/1 nodes: Insufficient memory'),
    hints: [expect.stringContaining('64Mi')],
  })
  await clock.advance(130)
  await told
  expect(await left()).toEqual([])
})

test('one that is refused is told in the cluster’s words', async () => {
  const { at, host, cluster } = await world({})
  cluster.behaviour.denies = (verb, { kind }) => verb === 'create' && kind === 'Pod'
  await expect(withTools(at, host, recordedTalk(), async () => {})).rejects.toMatchObject({
    code: 'CLUSTER_DENIED',
    hints: [expect.stringContaining('a policy or a quota')],
  })
})

test('an interruption ends it, and so does a failure of the work', async () => {
  const { at, host, left } = await world({ status: { phase: 'Pending' } })
  const stop = new AbortController()
  const talk = recordedTalk({ signal: stop.signal })
  const waits = expect(withTools(at, host, talk, async () => {})).rejects.toThrow('stopped')
  setTimeout(() => stop.abort(new Error('stopped')))
  await waits
  expect(await left()).toEqual([])
  const other = await world({ status: running })
  const broken = withTools(other.at, other.host, recordedTalk(), () => Promise.reject(new Error('broken')))
  await expect(broken).rejects.toThrow('broken')
  expect(await other.left()).toEqual([])
})

test('what a killed run has left is ended by the next, and nobody else’s pod', async () => {
  const { at, host, cluster, left } = await world({})
  await cluster.create(toolsPod('database-tools-old', { image, namespace: 'infisical', pulled: false }))
  const other = { name: 'another', namespace: 'sealift-system' }
  await cluster.create({ ...kinds.pod, metadata: other, spec: {} })
  await withTools(at, host, recordedTalk(), async () => {
    expect((await left()).map(({ metadata }) => metadata.name)).toEqual([
      'another',
      'database-tools-00010203',
    ])
  })
  expect((await left()).map(({ metadata }) => metadata.name)).toEqual(['another'])
})

test('it is ended as well where the server’s own pod has come to have tools', async () => {
  const { at, host, cluster, left } = await world({ own: '17.4' })
  await cluster.create(toolsPod('database-tools-old', { image, namespace: 'infisical', pulled: false }))
  await withTools(at, host, recordedTalk(), async () => {})
  expect(await left()).toEqual([])
})

test('one that cannot be ended is told, and what was done counts', async () => {
  const { at, host, cluster } = await world({})
  const talk = recordedTalk()
  const done = await withTools(at, host, talk, async () => {
    cluster.behaviour.denies = verb => verb === 'delete'
    return 'done'
  })
  expect(done).toBe('done')
  expect(talk.told).toEqual([expect.stringContaining('warning: pod sealift-system/database-tools-00010203')])
})
