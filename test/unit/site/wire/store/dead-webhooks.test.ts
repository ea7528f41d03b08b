import { expect, test } from 'vitest'
import { kinds } from '../../../../../src/kernel/ports/index.ts'
import { liftDeadWebhooks } from '../../../../../src/site/wire/index.ts'
import { siteCluster } from '../memory.ts'

const pointing = (name: string, ...namespaces: readonly string[]) => ({
  ...kinds.validatingWebhook,
  metadata: { name },
  webhooks: namespaces.map(namespace => ({ clientConfig: { service: { name: 'webhook', namespace } } })),
})

/** The names of what is lifted, of configurations whose Services are not there unless `alive` says so. */
async function lifted(alive?: string, isOurs = () => true): Promise<string[]> {
  const cluster = await siteCluster(
    pointing('own', 'external-secrets'),
    pointing('elsewhere', 'databases'),
    pointing('both', 'external-secrets', 'databases'),
    {
      ...kinds.mutatingWebhook,
      metadata: { name: 'by-address' },
      webhooks: [{ clientConfig: { url: 'x' } }],
    },
    { ...kinds.mutatingWebhook, metadata: { name: 'of-none' } },
  )
  if (alive) await cluster.apply({ ...kinds.service, metadata: { name: 'webhook', namespace: alive } })
  const gone = await liftDeadWebhooks(cluster, ['infisical', 'external-secrets'], isOurs)
  const names = async (kind: typeof kinds.validatingWebhook | typeof kinds.mutatingWebhook) =>
    (await cluster.list(kind)).map(({ metadata }) => metadata.name)
  const stay = [...(await names(kinds.validatingWebhook)), ...(await names(kinds.mutatingWebhook))]
  expect([...gone, ...stay].sort()).toEqual(['both', 'by-address', 'elsewhere', 'of-none', 'own'])
  return gone
}

test('a configuration goes whose every Service is in one of the namespaces, and not there', async () => {
  expect(await lifted()).toEqual(['own'])
})

test('one whose Service is there stays, and so does one that is not ours', async () => {
  expect(await lifted('external-secrets')).toEqual([])
  expect(await lifted(undefined, () => false)).toEqual([])
})
