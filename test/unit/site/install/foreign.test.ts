import { describe, expect, test } from 'vitest'
import { type KubernetesObject, kinds } from '../../../../src/kernel/ports/index.ts'
import {
  refuseForeign,
  refuseForeignRecords,
  refuseOtherOperator,
} from '../../../../src/site/install/index.ts'
import { memoryCluster } from '../../../support/memory-cluster.ts'

const ours = { 'app.kubernetes.io/managed-by': 'sealift' }
const namespace = (name: string, labels: Record<string, string> = {}): KubernetesObject => ({
  ...kinds.namespace,
  metadata: { name, labels },
})
const deployment = (namespace: string, name: string, labels: Record<string, string> = {}) => ({
  ...kinds.deployment,
  metadata: { namespace, name, labels },
})
/** A revision as helm keeps it. */
const revision = (namespace: string, release: string, version: number) => ({
  ...kinds.secret,
  metadata: {
    namespace,
    name: `sh.helm.release.v1.${release}.v${version}`,
    labels: { owner: 'helm', name: release, version: String(version) },
  },
})

async function cluster(...objects: KubernetesObject[]) {
  const made = memoryCluster()
  for (const object of objects) await made.apply(object)
  return made
}

describe("someone else's work in the bundle's namespaces", () => {
  test('is refused: Deployments, and each Helm release once, all of them named', async () => {
    const site = await cluster(
      namespace('infisical'),
      deployment('infisical', 'theirs'),
      revision('infisical', 'postgres', 1),
      revision('infisical', 'postgres', 2),
      namespace('eso'),
      { ...kinds.secret, metadata: { namespace: 'eso', name: 'nameless', labels: { owner: 'helm' } } },
    )
    await expect(refuseForeign(site, ['infisical', 'eso', 'nowhere'])).rejects.toMatchObject({
      code: 'FOREIGN_INSTALL',
      faults: [
        'Deployment theirs in namespace infisical',
        'Helm release postgres in namespace infisical',
        'Helm release nameless in namespace eso',
      ],
      hints: [expect.stringContaining('choose other namespaces')],
    })
  })

  test('is not what Sealift made, nor an empty namespace, nor what lies in another', async () => {
    const site = await cluster(
      namespace('infisical', ours),
      deployment('infisical', 'infisical'),
      revision('infisical', 'infisical', 1),
      namespace('eso'),
      { ...kinds.secret, metadata: { namespace: 'eso', name: 'some-token' } },
      namespace('other'),
      deployment('other', 'theirs'),
    )
    await expect(refuseForeign(site, ['infisical', 'eso'])).resolves.toBeUndefined()
  })
})

describe('another External Secrets Operator', () => {
  const operator = { 'app.kubernetes.io/name': 'external-secrets' }

  test('is refused wherever it is, with its place', async () => {
    const site = await cluster(
      namespace('eso', ours),
      deployment('eso', 'external-secrets', operator),
      namespace('security'),
      deployment('security', 'their-eso', operator),
    )
    await expect(refuseOtherOperator(site, ['eso'])).rejects.toMatchObject({
      code: 'FOREIGN_INSTALL',
      faults: ['External Secrets Operator (Deployment their-eso) in namespace security'],
    })
  })

  test("is not the bundle's own, nor anything else", async () => {
    const site = await cluster(
      namespace('eso', ours),
      deployment('eso', 'external-secrets', operator),
      namespace('security'),
      deployment('security', 'vault', { 'app.kubernetes.io/name': 'vault' }),
    )
    await expect(refuseOtherOperator(site, ['eso', 'infisical'])).resolves.toBeUndefined()
  })
})

test('a namespace for Sealift’s records that Sealift did not make is refused, empty or not', async () => {
  await expect(refuseForeignRecords(await cluster())).resolves.toBeUndefined()
  await expect(
    refuseForeignRecords(await cluster(namespace('sealift-system', ours))),
  ).resolves.toBeUndefined()
  await expect(refuseForeignRecords(await cluster(namespace('sealift-system')))).rejects.toMatchObject({
    code: 'FOREIGN_INSTALL',
    message: 'namespace sealift-system is there already, and Sealift did not make it',
  })
})
