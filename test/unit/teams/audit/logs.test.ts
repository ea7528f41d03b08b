import { expect, it } from 'vitest'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { requestsOf } from '../../../../src/teams/audit/index.ts'
import { siteCluster } from '../../site/wire/memory.ts'

const at = (second: number) => new Date(Date.parse('2026-11-29T12:00:00Z') + second * 1000).toISOString()
const line = (second: number, id: string, more = '') =>
  `${at(second)} ${JSON.stringify({ reqId: id, req: { method: 'GET', url: '/api/a' }, more })}\n`

it('a log that is larger than is read ends all of it where another export can go on', async () => {
  const cluster = await siteCluster()
  const labels = { app: 'infisical' }
  const metadata = { name: 'infisical', namespace: 'infisical' }
  await cluster.apply({ ...kinds.service, metadata, spec: { selector: labels } })
  for (const name of ['large', 'small'])
    await cluster.apply({
      ...kinds.pod,
      metadata: { name, namespace: 'infisical', labels },
      spec: { containers: [{ name: 'infisical' }] },
    })
  const filling = 'x'.repeat(16 * 1024 * 1024)
  cluster.behaviour.logs['infisical/large/infisical'] =
    line(1, 'a') + line(2, 'b', filling) + line(3, 'c', filling) + line(4, 'd', filling) + line(5, 'e')
  cluster.behaviour.logs['infisical/small/infisical'] = line(2, 'f') + line(6, 'g')
  const read = (from: number) => requestsOf(cluster, 'infisical', Date.parse(at(from)), Date.parse(at(60)))
  const first = await read(0)
  expect([first.requests.map(({ id }) => id), first.until]).toEqual([['a', 'b', 'f', 'c'], Date.parse(at(4))])
  expect(first.logs.map(({ missing }) => missing)).toEqual([
    ['the newest lines: the log is larger than 48 MiB; another export with --after goes on there'],
    [],
  ])
  const second = await read(4)
  expect([second.requests.map(({ id }) => id), second.until]).toEqual([['d', 'e', 'g'], Date.parse(at(60))])
})
