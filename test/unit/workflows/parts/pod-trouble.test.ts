/** What is said of pods that do not come up: their logs may hold secrets, and be made to hold us up. */
import { expect, test } from 'vitest'
import { makePassword } from '../../../../src/wire/index.ts'
import { podTrouble } from '../../../../src/workflows/parts/pod-trouble.ts'
import { memoryCluster } from '../../../support/memory-cluster.ts'

/** The lines that are told of a pod with this log. */
async function told(log: string): Promise<string[]> {
  const cluster = memoryCluster({ logs: { 'default/app/main': log } })
  const containerStatuses = [{ name: 'main', ready: false, restartCount: 2 }]
  const metadata = { name: 'app', namespace: 'default' }
  await cluster.create({ apiVersion: 'v1', kind: 'Pod', metadata, status: { containerStatuses } })
  return podTrouble(cluster, 'default')
}

test.each([
  ['postgresql://u:p@db/infisical', 'postgresql://[secret]@db/infisical'],
  ['redis://:pa/ss@w@host:6379', 'redis://[secret]@host:6379'],
  [
    `"password":"${makePassword({ bytes: length => new Uint8Array(length).fill(7) }).reveal()}"`,
    '"password":"[secret]"',
  ],
  ["postgres://infisical:it's-secret@pg/db", 'postgres://[secret]@pg/db'],
  ['postgres://infisical:pa"ss@pg/db', 'postgres://[secret]@pg/db'],
  [`postgres://u:${'p-'.repeat(1200)}@pg/db`, 'postgres://[secret]'],
  [
    'pulling oci://reg.example:5000/charts/eso@sha256:12',
    'pulling oci://reg.example:5000/charts/eso@sha256:12',
  ],
  [
    'GET http://x.svc:8080/users?email=admin@bank.example 500',
    'GET http://x.svc:8080/users?email=admin@bank.example 500',
  ],
  ['key 0123456789abcdef0123456789abcdef', 'key [secret]'],
  ['cannot reach http://infisical.svc:8080/api', 'cannot reach http://infisical.svc:8080/api'],
])('%s', async (line, shown) => {
  expect(await told(`${line}\n`)).toEqual(['pod app, main: not ready, 2 restarts', `  log: ${shown}`])
})

test('a line of any length is read as far as it is shown', async () => {
  for (const sign of ['_', 'a', '://', '@']) {
    const [, line = ''] = await told(sign.repeat(1_000_000))
    expect(line.length).toBeLessThan(400)
  }
})
