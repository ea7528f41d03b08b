import { beforeEach, describe, expect, test } from 'vitest'
import { isManaged } from '../../../../src/kernel/access/index.ts'
import { type Cluster, kinds } from '../../../../src/kernel/ports/index.ts'
import { claimNamespace, leaveNamespace, stays } from '../../../../src/site/wire/index.ts'
import { memoryCluster } from '../../../support/memory-cluster.ts'

let cluster: Cluster
beforeEach(() => {
  cluster = memoryCluster()
})
const found = () => cluster.get(kinds.namespace, 'infisical')

test('a namespace that Sealift makes is its own, also when it is claimed again', async () => {
  for (const _ of ['install', 'rerun']) {
    await claimNamespace(cluster, 'infisical', 'bank-prod')
    expect(isManaged(await found())).toBe(true)
    expect(stays(await found())).toBe(false)
  }
})

test('one that is made anew, where one of its name was going, is its own as well', async () => {
  const going = { ...kinds.namespace, metadata: { name: 'infisical', deletionTimestamp: 'now' } }
  let gone = false
  const waiting: Cluster = {
    ...cluster,
    get: async (...asked) => (gone ? cluster.get(...asked) : going),
    delete: async () => {
      gone = true
    },
  }
  await claimNamespace(waiting, 'infisical', 'bank-prod')
  expect(gone).toBe(true)
  expect(isManaged(await found())).toBe(true)
  expect(stays(await found())).toBe(false)
})

describe('a namespace that was there before', () => {
  beforeEach(async () => {
    await cluster.apply({ ...kinds.namespace, metadata: { name: 'infisical' } })
    await claimNamespace(cluster, 'infisical', 'bank-prod')
  })

  test('is taken over, and stays when Sealift goes, also when it is claimed again', async () => {
    await claimNamespace(cluster, 'infisical', 'bank-prod')
    expect(isManaged(await found())).toBe(true)
    expect(stays(await found())).toBe(true)
  })

  test('stays as well where somebody has given it Sealift’s label', async () => {
    const labels = { 'app.kubernetes.io/managed-by': 'sealift' }
    await cluster.delete(kinds.namespace, 'infisical')
    await cluster.apply({ ...kinds.namespace, metadata: { name: 'infisical', labels } })
    await claimNamespace(cluster, 'infisical', 'bank-prod')
    expect(stays(await found())).toBe(true)
  })

  test('is left with all that is not Sealift’s', async () => {
    const secret = (name: string, labels: Record<string, string>) =>
      cluster.apply({ ...kinds.secret, metadata: { namespace: 'infisical', name, labels } })
    await secret('theirs', {})
    await secret('ours', { 'app.kubernetes.io/managed-by': 'sealift' })
    await leaveNamespace(cluster, 'infisical')
    const left = await cluster.list(kinds.secret, 'infisical')
    expect(left.map(({ metadata }) => metadata.name)).toEqual(['theirs'])
    expect(isManaged(await found())).toBe(false)
    expect(stays(await found())).toBe(false)
  })
})
