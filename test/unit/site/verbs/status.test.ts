/** What `status` says of a site at every point of its life. */
import { beforeEach, describe, expect, test } from 'vitest'
import { statusText } from '../../../../src/cli/status-text.ts'
import { digestOf } from '../../../../src/kernel/oci/index.ts'
import { kinds, type SiteHost } from '../../../../src/kernel/ports/index.ts'
import {
  closeReceipt,
  noteBegun,
  noteStarted,
  siteJournal,
  writeReceipt,
} from '../../../../src/site/install/index.ts'
import { type StatusResult, status, statusFault } from '../../../../src/site/verbs/status.ts'
import type { MemoryCluster } from '../../../support/memory-cluster.ts'
import { outputs } from '../../../support/outputs.ts'
import { bundles, installOn, killed, memorySite, proven } from './memory-site.ts'

let cluster: MemoryCluster
let host: SiteHost
beforeEach(async () => {
  ;({ cluster, host } = await memorySite())
  const labels = { 'app.kubernetes.io/managed-by': 'sealift' }
  await cluster.apply({ ...kinds.namespace, metadata: { name: 'sealift-system', labels } })
})

const { lock } = bundles['1.0.0']

/** What is said, held to the schema. */
async function said(): Promise<StatusResult> {
  const found = await status(host)
  outputs.status.parse(found)
  return found
}

async function begunStatus() {
  const found = await said()
  if (found.state !== 'begun') throw new Error(`it is ${found.state}`)
  return found
}

test('nothing is here: exit 56', async () => {
  const found = await said()
  expect(found).toEqual({ state: 'nothing' })
  expect(statusText(found)).toBe('')
  expect(statusFault(found)).toMatchObject({
    ...{ code: 'NOT_INSTALLED', exitCode: 56, message: 'Sealift has installed nothing on this cluster' },
    hints: ['run: sealift install BUNDLE -c site.yaml'],
  })
})

test('what is installed is no fault', async () => {
  await writeReceipt(cluster, { ...proven, lock })
  const found = await said()
  expect(found).toMatchObject({ state: 'installed', site: 'bank-prod', bundle: { version: '1.0.0' } })
  expect(found).not.toHaveProperty('begun')
  expect(statusFault(found)).toBeUndefined()
  expect(statusText(found)).toMatch(/^bank-prod: sample 1\.0\.0, proven 2026-11-29/)
})

test('what was removed, and when', async () => {
  await writeReceipt(cluster, { ...proven, lock })
  await closeReceipt(cluster, proven.at)
  const found = await said()
  expect(found).toEqual({
    ...{ state: 'removed', bundle: { name: 'sample', version: '1.0.0' } },
    ...{ removed: proven.at, site: 'bank-prod' },
  })
  expect(statusFault(found)?.message).toBe(`sample 1.0.0 was removed from this cluster at ${proven.at}`)
})

describe('an install that was killed', () => {
  beforeEach(() => expect(installOn(host, '1.0.0')).rejects.toBe(killed))

  test('is told with what was done, what is there, and what to do: exit 56', async () => {
    await cluster.create({
      ...kinds.deployment,
      metadata: { name: 'demo', namespace: 'demo' },
      status: { availableReplicas: 0 },
    })
    const found = await begunStatus()
    expect(found.begun).toMatchObject({
      ...{ name: 'sample', version: '1.0.0', site: 'bank-prod', bundle: found.journal[0]?.bundle },
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      releases: [
        { name: 'demo', version: '1.2.3', namespace: 'demo', pods: '0 of 1 Deployment ready' },
        { name: 'eso' },
      ],
    })
    expect(found.begun.steps.map(({ step }) => step).sort()).toEqual(['database', 'images', 'namespaces'])
    expect(statusFault(found)).toMatchObject({
      code: 'NOT_INSTALLED',
      message: `sample 1.0.0 was begun here at ${found.begun.since} and did not come to its end`,
      hints: [
        'install sample 1.0.0 again: it goes on where it stopped',
        'or take away what is there: sealift remove BUNDLE -c site.yaml --yes',
      ],
    })
    const text = statusText(found)
    expect(text).toContain('sample 1.0.0 was begun for site bank-prod at ')
    expect(text).toMatch(/^database .*infisical/m)
    expect(text).toMatch(/^demo .*0 of 1 Deployment ready$/m)
  })

  test('keeps its time when it is tried again, and gives it to another bundle', async () => {
    const { begun } = await begunStatus()
    await expect(installOn(host, '1.0.0')).rejects.toBe(killed)
    expect((await begunStatus()).begun.since).toBe(begun.since)
    await expect(installOn(host, '1.1.0')).rejects.toBe(killed)
    const next = (await begunStatus()).begun
    expect(next).toMatchObject({ version: '1.1.0' })
    // What the first one has made is as the second wants it.
    expect(next.steps).toEqual([])
    expect(next.bundle).not.toBe(begun.bundle)
  })

  test('names who has the lease: he may be at work', async () => {
    const spec = { holderIdentity: 'root@node1', acquireTime: '2026-01-01T00:00:00.000000Z' }
    await cluster.apply({ ...kinds.lease, metadata: { name: 'sealift', namespace: 'sealift-system' }, spec })
    expect(statusFault(await said())?.hints[0]).toBe(
      'root@node1 has had the lease since 2026-01-01T00:00:00.000000Z: where it is at work, wait for its end',
    )
  })

  test('and was removed then is told as removed', async () => {
    await closeReceipt(cluster, proven.at)
    expect(await said()).toMatchObject({ state: 'removed', bundle: { version: '1.0.0' } })
  })
})

test('an install that is killed before it changes any data is told too, and forgotten by a removal', async () => {
  const runtime = { ...host.runtime, import: () => Promise.reject(killed) } as SiteHost['runtime']
  await expect(installOn({ ...host, runtime }, '1.0.0')).rejects.toBe(killed)
  expect((await begunStatus()).begun.steps.map(({ step }) => step)).toEqual(['namespaces'])
  await closeReceipt(cluster, proven.at)
  expect(await said()).toEqual({ state: 'nothing' })
})

test('an upgrade that is killed is told beside what is installed', async () => {
  await writeReceipt(cluster, { ...proven, lock })
  await expect(installOn(host, '1.1.0', { upgrade: true })).rejects.toBe(killed)
  const found = await said()
  expect(found).toMatchObject({
    ...{ state: 'installed', bundle: { version: '1.0.0' } },
    begun: {
      version: '1.1.0',
      steps: expect.arrayContaining(
        ['namespaces', 'images', 'database'].map(step => expect.objectContaining({ step })),
      ),
    },
  })
  expect(statusFault(found)).toBeUndefined()
  expect(statusText(found)).toContain('Over it: sample 1.1.0 was begun for site bank-prod at ')
  await writeReceipt(cluster, {
    ...proven,
    lock: { ...lock, metadata: { name: 'sample', version: '1.1.0' } },
  })
  expect(await said()).not.toHaveProperty('begun')
})

test('what is begun again counts the steps that were done since', async () => {
  const journal = siteJournal(cluster, host.files, 'journal')
  const entry = { bundle: proven.bundle, site: digestOf('site'), detail: 'done', milliseconds: 1 }
  await journal.add({ ...entry, step: 'proof', at: '2026-11-29T00:00:00.000Z' })
  await writeReceipt(cluster, { ...proven, lock })
  const started = { name: 'sample', version: '1.0.0', bundle: proven.bundle, site: 'bank-prod' }
  await noteStarted(cluster, { ...started, since: '2026-11-30T00:00:00.000Z', releases: [] })
  expect(await said()).toMatchObject({ begun: { steps: [] } })
  await journal.add({ ...entry, step: 'images', at: '2026-11-30T00:00:01.000Z' })
  expect(await said()).toMatchObject({ begun: { steps: [{ step: 'images' }] } })
})

test('what an older Sealift has begun is told with what it noted', async () => {
  await noteBegun(cluster, { name: 'sample', version: '1.0.0' }, 'bank-prod')
  const found = await begunStatus()
  const begun = { name: 'sample', version: '1.0.0', site: 'bank-prod', steps: [], releases: [] }
  expect(found).toEqual({ state: 'begun', begun, journal: [] })
  expect(statusText(found)).toContain('no step has changed anything')
  expect(statusFault(found)?.message).toBe('sample 1.0.0 was begun here and did not come to its end')
})
