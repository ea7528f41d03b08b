import { expect, test } from 'vitest'
import { digestOf } from '../../../../src/kernel/oci/index.ts'
import { type JournalEntry, siteJournal } from '../../../../src/site/install/index.ts'
import { memoryCluster } from '../../../support/memory-cluster.ts'
import { memoryFiles } from '../../../support/memory-files.ts'

const done = (step: string, at = '2026-01-01T00:00:00.000Z'): JournalEntry => ({
  at,
  bundle: digestOf('bundle'),
  site: digestOf('site'),
  step,
  detail: `${step} ok`,
  milliseconds: 1,
})

async function siteCluster() {
  const cluster = memoryCluster()
  await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'sealift-system' } })
  return cluster
}

test('what is done stands in the cluster, once for each step, and every time in the local file', async () => {
  const files = memoryFiles()
  const journal = siteJournal(await siteCluster(), files, 'site.journal.jsonl')
  const again = done('one', '2026-01-02T00:00:00.000Z')
  for (const entry of [done('one'), done('two'), again]) await journal.add(entry)
  expect(await journal.read()).toEqual([done('two'), again])
  const lines = (await files.readText('site.journal.jsonl')).trim().split('\n')
  expect(lines.map(line => JSON.parse(line))).toEqual([done('one'), done('two'), again])
})

test('the local file is never ahead of the cluster', async () => {
  const cluster = await siteCluster()
  const files = memoryFiles()
  const journal = siteJournal(cluster, files, 'site.journal.jsonl')
  cluster.apply = () => Promise.reject(new Error('killed here'))
  await expect(journal.add(done('one'))).rejects.toThrow('killed here')
  expect(await files.exists('site.journal.jsonl')).toBe(false)
})
