import { createHash } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { type AuditExported, exportAudit } from '../../../../src/teams/verbs/audit-export.ts'
import { memoryTenancy } from '../../../support/memory-tenancy.ts'
import { rejection } from '../../site/wire/memory.ts'
import { type TeamsSite, teamsSite } from './teams-site.ts'

let site: TeamsSite
let now: number
beforeEach(async () => {
  site = await teamsSite(memoryTenancy())
  now = site.clock.now()
})

const at = (ago: number) => new Date(now - ago).toISOString()
const hour = 3_600_000

const run = (request: { output?: string; since?: number; after?: string } = {}): Promise<AuditExported> =>
  exportAudit(
    { site: 'bank', output: 'audit.ndjson', since: now - 2 * hour, ...request },
    { ...site.host, operator: 'ann@node1, process 1' },
    site.talk,
  )
const written = async (file = 'audit.ndjson') =>
  (await site.host.files.readText(file))
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)

/** What Fastify logs of a request, each line behind the time that kubelet puts before it. */
function logged(
  id: string,
  ago: number,
  method: string,
  url: string,
  status = 200,
  more: object = {},
): string {
  const entry = { level: 30, time: now - ago, pid: 1, hostname: 'infisical-0', reqId: id }
  const req = {
    method,
    url,
    host: 'infisical.infisical.svc:8080',
    remoteAddress: '10.42.0.9',
    remotePort: 4711,
    ...more,
  }
  return [
    `${at(ago)} ${JSON.stringify({ ...entry, req, msg: 'incoming request' })}`,
    `${at(ago - 12)} ${JSON.stringify({ ...entry, res: { statusCode: status }, responseTime: 11.7, msg: 'request completed' })}`,
    '',
  ].join('\n')
}

/** The server's pod, which has run for so long. */
async function podOf(log: string, status: object = {}, startedAgo = 5 * hour): Promise<void> {
  const labels = { app: 'infisical' }
  await site.cluster.apply({
    ...kinds.service,
    metadata: { name: 'infisical', namespace: 'infisical' },
    spec: { selector: labels },
  })
  await site.cluster.apply({
    ...kinds.pod,
    metadata: { name: 'infisical-0', namespace: 'infisical', labels },
    spec: { containers: [{ name: 'infisical' }] },
    status: {
      containerStatuses: [
        { name: 'infisical', restartCount: 0, state: { running: { startedAt: at(startedAgo) } }, ...status },
      ],
    },
  })
  await site.cluster.apply({
    ...kinds.pod,
    metadata: { name: 'external-secrets-0', namespace: 'external-secrets' },
    status: { podIPs: [{ ip: '10.42.0.9' }] },
  })
  site.cluster.behaviour.logs['infisical/infisical-0/infisical'] = `${at(startedAgo - 1000)} booted\n${log}`
}

describe('without a licence', () => {
  const read =
    '/api/v3/secrets/raw/POSTGRES_PASSWORD?workspaceSlug=talent-mesh&environment=prod&secretPath=/db'

  it('requests are written: when, what, from where, how answered; and nothing else of the log', async () => {
    await podOf(
      [
        logged('req-1', hour, 'GET', read),
        logged('req-2', hour - 1000, 'POST', '/api/v1/auth/universal-auth/login', 401, {
          body: 'no-field-of-ours',
        }),
        `${at(hour - 2000)} {"reqId":"req-2","err":{"message":"p4ssw0rd"},"msg":"p4ssw0rd"}\n`,
        `${at(hour - 2000)} the value is p4ssw0rd\n`,
        logged('req-3', hour - 3000, 'GET', '/api/status'),
      ].join(''),
    )
    site.infisical.audit.logins = [{ kind: 'person', name: 'a@b.c', id: 'u', at: at(hour), method: 'email' }]
    const exported = await run()
    const [header, ...lines] = await written()
    const common = {
      kind: 'request',
      from: '10.42.0.9',
      fromPod: 'external-secrets/external-secrets-0',
      took: 12,
    }
    const place = { pod: 'infisical-0', container: 'infisical', run: 'present' }
    expect(lines).toEqual([
      {
        ...{ ...common, ...place, time: at(hour), id: 'req-1', method: 'GET', status: 200, dropped: 0 },
        path: '/api/v3/secrets/raw/POSTGRES_PASSWORD',
        query: { workspaceSlug: 'talent-mesh', environment: 'prod', secretPath: '/db' },
      },
      {
        ...{
          ...common,
          ...place,
          time: at(hour - 1000),
          id: 'req-2',
          method: 'POST',
          status: 401,
          dropped: 0,
        },
        ...{ path: '/api/v1/auth/universal-auth/login', query: {} },
      },
      { kind: 'last-login', of: 'person', name: 'a@b.c', id: 'u', at: at(hour), method: 'email' },
    ])
    expect(header).toMatchObject({
      format: 'sealift.dev/audit/v1',
      site: 'bank',
      source: 'request-log',
      missing: [],
    })
    expect(header?.['about']).toContain(
      'This server keeps no audit log: that wants a licence. These are requests as its pods have logged them.',
    )
    const text = await site.host.files.readText('audit.ndjson')
    expect(text).not.toMatch(/p4ssw0rd|no-field-of-ours|4711/)
    expect(exported).toMatchObject({ source: 'request-log', lines: 3, missing: [] })
    expect(exported.logs).toMatchObject([{ requests: 2, probes: 1, startedAt: at(5 * hour) }])
    expect(exported.sha256).toBe(createHash('sha256').update(text).digest('hex'))
  })

  it('what is missing is told: pods that are young, lines that were put aside, runs that are gone', async () => {
    await podOf(logged('req-1', 60_000 * 5, 'GET', read), {}, hour)
    expect((await run()).missing).toEqual([
      `infisical-0/infisical: before ${at(hour)} this pod did not run; pods that are gone took their logs with them`,
    ])
    site.cluster.behaviour.logs['infisical/infisical-0/infisical'] = logged('req-1', 60_000 * 5, 'GET', read)
    expect((await run({ output: 'two' })).missing).toContain(
      `infisical-0/infisical: before ${at(60_000 * 5)}: kubelet has put the lines aside`,
    )
    const ended = { restartCount: 3, lastState: { terminated: { startedAt: at(4 * hour) } } }
    await podOf('', ended, hour)
    site.cluster.behaviour.logs['infisical/infisical-0/infisical/previous'] =
      `${at(4 * hour)} booted\n${logged('req-0', 90 * 60_000, 'GET', read)}`
    const exported = await run({ output: 'three' })
    expect(exported.missing).toEqual([
      'infisical-0/infisical (the run before): 2 earlier runs of this container: their logs are gone',
    ])
    expect((await written('three')).slice(1)).toMatchObject([{ id: 'req-0', run: 'previous' }])
  })

  it('where the server has no pod, that is told', async () => {
    expect((await run()).missing).toEqual(['no pod of the server is there'])
  })
})

describe('with a licence', () => {
  const entry = (id: string, ago: number, metadata: object) => ({
    ...{ id, createdAt: at(ago), event: { type: 'get-secret', metadata } },
    actor: { type: 'identity', metadata: { identityId: 'i', name: 'ci', permission: { any: 'thing' } } },
    ...{ ipAddress: '10.42.0.9', userAgentType: 'other', projectId: 'p', projectName: 'talent-mesh' },
  })
  beforeEach(() => {
    site.infisical.audit.allowed = { auditLogs: true, auditLogsRetentionDays: 90, secretRotation: true }
  })

  it("the server's own entries are written, the oldest first, with names and ids alone", async () => {
    site.infisical.audit.log = [
      entry('b', hour / 2, { secretKey: 'A', secretPath: '/', environment: 'prod', secretValue: 'p4ssw0rd' }),
      entry('a', hour, { secrets: [{ secretKey: 'B', secretMetadata: [{ value: 'p4ssw0rd' }] }], count: 1 }),
      entry('old', 3 * hour, {}),
    ]
    const exported = await run()
    const [header, ...lines] = await written()
    expect(lines.map(line => [line['id'], line['about']])).toEqual([
      ['a', { secrets: [{ secretKey: 'B' }] }],
      ['b', { secretKey: 'A', secretPath: '/', environment: 'prod' }],
    ])
    expect(lines[0]).toMatchObject({
      ...{ kind: 'event', time: at(hour), type: 'get-secret', from: '10.42.0.9', project: 'talent-mesh' },
      actor: { type: 'identity', identityId: 'i', name: 'ci' },
    })
    expect(JSON.stringify([header, lines])).not.toMatch(/p4ssw0rd|permission"/)
    expect(exported).toMatchObject({ source: 'audit-log', lines: 2, logs: [], missing: [] })
  })

  it('more than a page and more than a day are asked for in turn', async () => {
    site.infisical.audit.log = Array.from({ length: 2001 }, (_, i) => entry(`e${i}`, hour + i, {}))
    expect((await run({ since: now - 25 * hour })).lines).toBe(2001)
    const asked = site.infisical.audit.asked.filter(words => words.startsWith('events'))
    const [from, day, until] = [at(25 * hour), at(hour), at(60_000)]
    expect(asked).toEqual([
      ...[0, 1000, 2000].map(offset => `events ${from} ${day} ${offset}`),
      `events ${day} ${until} 0`,
    ])
  })
})

describe('an export', () => {
  it('goes on where an earlier one ended, and holds its digest', async () => {
    const first = await run()
    await site.clock.sleep(hour)
    now = site.clock.now()
    const second = await run({ output: 'second', after: 'audit.ndjson' })
    expect(second.from).toBe(first.until)
    expect((await written('second'))[0]).toMatchObject({
      after: { sha256: first.sha256, until: first.until },
    })
  })

  it('is not written over', async () => {
    await run()
    expect(await rejection(run())).toMatchObject({ code: 'USAGE' })
  })

  it('goes on from no other file, and from none of another site', async () => {
    await site.host.files.write('other', '{"kind":"header"}\n')
    expect(await rejection(run({ after: 'other' }))).toMatchObject({ code: 'FILE_FAILED' })
    expect(await rejection(run({ after: 'absent' }))).toMatchObject({ code: 'FILE_FAILED' })
    const header = { format: 'sealift.dev/audit/v1', site: 'shop', until: at(hour) }
    await site.host.files.write('shop', `${JSON.stringify(header)}\n`)
    expect(await rejection(run({ after: 'shop' }))).toMatchObject({ code: 'WRONG_SITE' })
  })

  it('of no time at all is told', async () => {
    expect(await rejection(run({ since: now }))).toMatchObject({ code: 'USAGE' })
  })

  it('is of an installed site only', async () => {
    await site.cluster.delete(kinds.secret, 'infisical-admin', 'sealift-system')
    expect(await rejection(run())).toMatchObject({ code: 'NOT_INSTALLED' })
  })
})
