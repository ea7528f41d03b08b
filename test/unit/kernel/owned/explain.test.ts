import { expect, test } from 'vitest'
import { explain } from '../../../../src/kernel/owned/index.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { memoryCluster } from '../../../support/memory-cluster.ts'

test('what an object says of itself has the newest event of each reason, and no more', async () => {
  const cluster = memoryCluster()
  const object = { ...kinds.namespace, metadata: { name: 'talent-mesh' } }
  const conditions = [{ type: 'Ready', status: 'False', reason: 'Invalid', message: 'no client' }]
  await cluster.applyAs('eso', { ...object, status: { conditions } })
  const events = [
    ['c', 'Invalid', 'refused [reqId=req-2]', '2026-11-30T00:00:02Z'],
    ['b', 'Invalid', 'refused [reqId=req-3]', '2026-11-30T00:00:03Z'],
    ['a', 'Invalid', 'refused [reqId=req-1]', '2026-11-30T00:00:01Z'],
    ['d', 'Valid', 'validated', '2026-11-30T00:00:00Z'],
  ]
  for (const [name = '', reason, message, lastTimestamp] of events) {
    const involvedObject = { kind: 'Namespace', name: 'talent-mesh' }
    const metadata = { name, namespace: 'default' }
    await cluster.create({ ...kinds.event, metadata, involvedObject, reason, message, lastTimestamp })
  }
  expect(await explain(cluster, object)).toEqual([
    'Namespace talent-mesh: Ready=False Invalid: no client',
    'Namespace talent-mesh: event Valid: validated',
    'Namespace talent-mesh: event Invalid: refused [reqId=req-3]',
  ])
})
