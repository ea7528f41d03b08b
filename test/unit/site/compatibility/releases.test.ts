import { expect, test } from 'vitest'
import { type Helm, kinds, type ReleaseStatus } from '../../../../src/kernel/ports/index.ts'
import { provenRevision } from '../../../../src/site/compatibility/index.ts'
import { judgeApplied, judgeRelease } from '../../../../src/site/compatibility/releases.ts'
import { memoryCluster } from '../../../support/memory-cluster.ts'

const installed = { name: 'shop', version: '1.0.0', release: 'shop', namespace: 'default' }

/** A history: `1.0.0 superseded`, oldest first. */
async function history(...lines: readonly string[]) {
  const cluster = memoryCluster()
  const all: ReleaseStatus[] = lines.map((line, i) => {
    const [version = '', status = ''] = line.split(' ')
    return { revision: i + 1, status, chart: 'shop', version, manifest: '' }
  })
  for (const { revision, status } of all) {
    const labels = { owner: 'helm', name: 'shop', status }
    const metadata = { name: `sh.helm.release.v1.shop.v${revision}`, namespace: 'default', labels }
    await cluster.apply({ ...kinds.secret, metadata })
  }
  const helm: Pick<Helm, 'status'> = {
    status: async (_, __, revision = all.length) => all[revision - 1],
  }
  return { cluster, helm }
}

test.each([
  [['1.0.0 deployed'], 1, 'yes'],
  [['1.0.0 superseded', '1.0.0 deployed'], 2, 'yes'],
  [['1.0.0 deployed', '1.1.0 failed'], 1, 'doubt'],
  [['1.0.0 deployed', '1.1.0 pending-upgrade'], 1, 'doubt'],
  [['1.0.0 superseded', '1.1.0 failed', '1.1.0 pending-rollback'], 1, 'doubt'],
  // Of an upgrade that failed helm says `superseded` once it was rolled back: it was never proven.
  [['1.0.0 superseded', '1.1.0 superseded', '1.0.0 deployed'], 3, 'yes'],
  [['1.0.0 superseded', '1.1.0 superseded', '1.0.0 failed'], 1, 'doubt'],
  [['v1.0.0 deployed'], 1, 'yes'],
  // Ten and more are not sorted as texts are.
  [[...Array.from({ length: 9 }, () => '1.0.0 superseded'), '1.0.0 deployed', '1.1.0 failed'], 10, 'doubt'],
])('%j: the way back goes to revision %i', async (lines, revision, verdict) => {
  const { cluster, helm } = await history(...lines)
  expect(await provenRevision(cluster, helm, installed)).toBe(revision)
  expect(await judgeRelease(cluster, helm, installed)).toMatchObject({ id: 'release/shop', ok: verdict })
})

test.each([[[]], [['1.1.0 deployed']], [['1.0.0 failed']], [['1.0.0 pending-install']]])(
  '%j: there is nothing to go back to',
  async lines => {
    const { cluster, helm } = await history(...lines)
    expect(await provenRevision(cluster, helm, installed)).toBeUndefined()
    expect(await judgeRelease(cluster, helm, installed)).toMatchObject({
      ...{ ok: 'no', seen: expect.stringContaining('nothing to go back to') },
      hint: expect.stringContaining('sealift install'),
    })
  },
)

test('objects that helm 3 made are known by what helm owns of them', () => {
  const object = (operation: string, subresource?: string) => ({
    ...kinds.service,
    metadata: {
      name: 'shop',
      managedFields: [{ manager: 'helm', operation, ...(subresource ? { subresource } : {}) }],
    },
  })
  expect(judgeApplied('shop', [object('Apply')])).toMatchObject({ ok: 'yes' })
  expect(judgeApplied('shop', [object('Update', 'status')])).toMatchObject({ ok: 'yes' })
  expect(judgeApplied('shop', [object('Apply'), object('Update')])).toMatchObject({
    ...{ ok: 'doubt', seen: '1 of 2 objects of release shop were made client-side, as helm 3 does' },
  })
})
