import { expect, test } from 'vitest'
import { SealiftError } from '../../../../../../src/kernel/errors/index.ts'
import { kinds } from '../../../../../../src/kernel/ports/index.ts'
import { comparedSecrets, seeSecrets } from '../../../../../../src/site/verbs/install/upgrade/kept-secrets.ts'
import type { MemoryCluster } from '../../../../../support/memory-cluster.ts'
import { siteCluster } from '../../../wire/memory.ts'

const value = 'kept-secret-value'
const external = (name: string, namespace: string, target?: string) => ({
  ...kinds.externalSecret,
  metadata: { name, namespace },
  spec: { ...(target === undefined ? {} : { target: { name: target } }) },
})
const secret = (name: string, namespace: string, text = value) => ({
  ...kinds.secret,
  metadata: { name, namespace },
  data: { password: Buffer.from(text).toString('base64') },
})

async function team(): Promise<MemoryCluster> {
  return await siteCluster(
    ...[
      external('db', 'infisical', 'db-credentials'),
      external('plain', 'infisical'),
      external('late', 'databases'),
    ],
    ...[
      secret('db-credentials', 'infisical'),
      secret('plain', 'infisical'),
      secret('of-nobody', 'infisical'),
    ],
  )
}

test('Secrets that stay as they are: none changed, none lost, and no value is kept', async () => {
  const cluster = await team()
  const before = await seeSecrets(cluster)
  // ESO writes labels of its own; another field manager's are no other content.
  const live = secret('plain', 'infisical')
  await cluster.apply({ ...live, metadata: { ...live.metadata, labels: { a: 'b' } } })
  await cluster.apply(secret('late', 'databases'))
  expect(comparedSecrets(before, await seeSecrets(cluster))).toEqual({
    ...{ compared: 2, changed: 0, lost: 0, untold: 0 },
  })
  expect(JSON.stringify([...before.of])).not.toContain(value)
  expect(JSON.stringify([...before.of])).not.toContain(Buffer.from(value).toString('base64'))
})

test('another content, one made anew, and one that is gone', async () => {
  const cluster = await team()
  await cluster.apply(external('third', 'infisical'))
  await cluster.apply(secret('third', 'infisical'))
  const before = await seeSecrets(cluster)
  await cluster.apply(secret('db-credentials', 'infisical', 'another'))
  await cluster.delete(kinds.secret, 'plain', 'infisical')
  await cluster.apply(secret('plain', 'infisical'))
  await cluster.delete(kinds.secret, 'third', 'infisical')
  expect(comparedSecrets(before, await seeSecrets(cluster))).toEqual({
    ...{ compared: 3, changed: 2, lost: 1, untold: 0 },
  })
})

test('what the account may not read is untold, neither lost nor the same; a namespace is asked once', async () => {
  const cluster = await team()
  const denied = new SealiftError('CLUSTER_DENIED', 'no')
  let asked = 0
  const narrow = {
    list: cluster.list,
    async get(...words: Parameters<typeof cluster.get>) {
      if (words[2] !== 'infisical') return await cluster.get(...words)
      asked += 1
      throw denied
    },
  }
  const before = await seeSecrets(cluster)
  expect(comparedSecrets(before, await seeSecrets(narrow))).toEqual({
    ...{ compared: 0, changed: 0, lost: 0, untold: 2 },
  })
  expect(comparedSecrets(await seeSecrets(narrow), before)).toMatchObject({ compared: 0, untold: 2 })
  expect(asked).toBeLessThanOrEqual(4)
})
