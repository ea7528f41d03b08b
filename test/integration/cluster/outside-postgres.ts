/** The site's PostgreSQL as one that is no pod: a Service without a selector leads to its address. */
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { expect } from 'vitest'
import { systemNamespace } from '../../../src/kernel/access/index.ts'
import { kinds } from '../../../src/kernel/ports/index.ts'
import { databaseImages } from '../../support/connected/index.ts'
import { asPrinted, makeInstaller } from '../../support/installer.ts'
import type { Ended, FailingSite } from './failing-site.ts'

const service = { name: 'outside', namespace: 'databases' }
const level = 'pod-security.kubernetes.io/enforce'
const ports = [{ port: 5432, protocol: 'TCP' }]

/**
 * Names a Service for the address that PostgreSQL has now; gives a site file that names it, an image for its tools, and an
 * account that may do what `rbac` prints for it.
 */
async function standOutside({ cluster, site }: FailingSite, bundle: string): Promise<string> {
  const address = '-o jsonpath={.items[0].status.podIP}'
  const ip = await cluster.kubectl(`-n databases get pods -l app=postgres-cluster-rw ${address}`.split(' '))
  const labels = { 'kubernetes.io/service-name': service.name }
  const objects = [
    { ...kinds.service, metadata: service, spec: { ports } },
    {
      ...{ ...kinds.endpointSlice, metadata: { ...service, labels } },
      ...{ addressType: 'IPv4', endpoints: [{ addresses: [ip] }] },
      ports: ports.map(port => ({ name: '', ...port })),
    },
  ]
  const lines = objects.map(object => JSON.stringify(object)).join('\n---\n')
  await cluster.kubectl(['apply', '-f', '-'], lines)
  const admin = { namespace: 'databases', name: 'postgres-superuser' }
  const host = `${service.name}.${service.namespace}`
  const database = { host, tls: 'disable', admin, tools: databaseImages.postgres }
  const kubeconfig = await makeInstaller(cluster)
  const file = await site.variant('outside', { database, cluster: { kubeconfig } })
  await asPrinted(cluster, bundle, file)
  return file
}

/**
 * Backs such a site up, in a namespace that lets in nothing but what the Pod Security Standard `restricted` does: killed once
 * while the pod for the tools is there, then to its end. Gives how that was; no pod is left.
 */
export async function backUpOutside(failing: FailingSite, bundle: string): Promise<Ended> {
  const file = await standOutside(failing, bundle)
  await failing.kubectl(`label --overwrite namespace ${systemNamespace} ${level}=restricted`)
  const recipient = await identityToRecipient(await generateX25519Identity())
  const words = ['backup', '-c', file, '-o', failing.site.dir, '--recipient', recipient, '--rehearse']
  const pods = () => failing.api.list(kinds.pod, systemNamespace)
  await failing.killed(async () => (await pods()).length > 0, words)
  expect(await pods()).toHaveLength(1)
  await failing.leaseEnds()
  const ended = await failing.run(words)
  expect(await pods()).toEqual([])
  return ended
}
