/** The site's PostgreSQL as one that is no pod: a Service without a selector leads to its address. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { expect } from 'vitest'
import { systemNamespace } from '../../../src/kernel/access/index.ts'
import { kinds } from '../../../src/kernel/ports/index.ts'
import { databaseImages } from '../../support/connected/index.ts'
import type { Ended, FailingSite } from './failing-site.ts'

const service = { name: 'outside', namespace: 'databases' }
const level = 'pod-security.kubernetes.io/enforce'
const ports = [{ port: 5432, protocol: 'TCP' }]

/** Names a Service for the address that PostgreSQL has now; gives a site file that names it, and an image for its tools. */
async function standOutside({ cluster, site }: FailingSite): Promise<string> {
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
  return await site.variant('outside', { database })
}

/**
 * Backs such a site up, in a namespace that lets in nothing but what the Pod Security Standard `restricted` does: killed once
 * while the pod for the tools is there, then to its end. Gives how that was; no pod is left.
 */
export async function backUpOutside(failing: FailingSite): Promise<Ended> {
  const file = await standOutside(failing)
  await failing.kubectl(`label --overwrite namespace ${systemNamespace} ${level}=restricted`)
  const identity = await generateX25519Identity()
  await writeFile(join(failing.site.dir, 'outside.txt'), `${identity}\n`, { mode: 0o600 })
  const recipient = await identityToRecipient(identity)
  const words = ['backup', '-c', file, '-o', failing.site.dir, '--recipient', recipient, '--rehearse']
  const pods = () => failing.api.list(kinds.pod, systemNamespace)
  await failing.killed(async () => (await pods()).length > 0, words)
  expect(await pods()).toHaveLength(1)
  await failing.leaseEnds()
  const ended = await failing.run(words)
  expect(await pods()).toEqual([])
  return ended
}
