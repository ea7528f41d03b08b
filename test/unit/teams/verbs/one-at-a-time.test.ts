/** Two who would change what one site's Infisical has at the same time. */
import { expect, test } from 'vitest'
import { parseSite } from '../../../../src/kernel/inputs/index.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { migrateSops } from '../../../../src/teams/verbs/migrate-sops/index.ts'
import { rotateSecrets } from '../../../../src/teams/verbs/rotate-secret.ts'
import { rotateStores } from '../../../../src/teams/verbs/rotate-stores.ts'
import { applyStoresOf } from '../../../../src/teams/verbs/stores-apply/index.ts'
import { applyTenancy } from '../../../../src/teams/verbs/tenancy-apply/index.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { memoryTenancy } from '../../../support/memory-tenancy.ts'
import { rejection } from '../../site/wire/memory.ts'
import { smallSite } from '../../site/wire/sites.ts'
import { tenancyOf } from '../tenancy/tenancies.ts'
import { answering, serving } from './stores-site.ts'
import { teamsSite } from './teams-site.ts'

const tenancy = tenancyOf({ projects: [{ slug: 'talent-mesh', environments: ['prod'] }] })
const request = { site: 'bank', tenancy, invitations: 'tenancy.invitations', prune: [] as readonly string[] }
const pruned = tenancyOf({ projects: [{ slug: 'talent-mesh', environments: ['dev'] }] })

async function opened() {
  const server = memoryTenancy()
  const site = await teamsSite(server)
  const clock = new ManualClock()
  const by = (operator: string) => ({ ...site.host, clock, operator })
  /** Lets time go on until the work has ended. */
  const ended = async <T>(work: Promise<T>): Promise<PromiseSettledResult<T>> => {
    let isOver = false
    const outcome = Promise.allSettled([
      work.finally(() => {
        isOver = true
      }),
    ])
    while (!isOver) await clock.advance(1)
    const [result] = await outcome
    return result
  }
  const holder = async () =>
    (await site.cluster.get(kinds.lease, 'sealift', 'sealift-system'))?.['spec'] as object | undefined
  return { ...site, server, clock, by, ended, holder }
}

test('the second is refused while the first is at work, and changes nothing; then it is its turn', async () => {
  const { server, talk, by, ended, holder } = await opened()
  await ended(applyTenancy(request, by('ann'), talk, async () => {}))
  expect(await holder()).toEqual({})
  const confirming = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  const pruning = { ...request, tenancy: pruned, prune: ['talent-mesh'] }
  const first = applyTenancy(pruning, by('ann'), talk, async () => {
    asked.resolve()
    await confirming.promise
  })
  await asked.promise
  expect(await holder()).toMatchObject({ holderIdentity: 'ann' })
  const before = server.changes().length
  const second = await ended(applyTenancy(request, by('ben'), talk, async () => {}))
  expect(second).toMatchObject({
    reason: { code: 'SITE_BUSY', message: 'ann is changing this site' },
  })
  expect(server.changes()).toHaveLength(before)
  confirming.resolve()
  expect((await ended(first)).status).toBe('fulfilled')
  expect((await ended(applyTenancy(request, by('ben'), talk, async () => {}))).status).toBe('fulfilled')
})

/** A tenancy of ann's that is at work until its pruning is refused. */
async function atWork({ talk, by }: Pick<Awaited<ReturnType<typeof opened>>, 'talk' | 'by'>) {
  const [confirming, asked] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const pruning = { ...request, tenancy: pruned, prune: ['talent-mesh'] }
  const first = applyTenancy(pruning, by('ann'), talk, async () => {
    asked.resolve()
    await confirming.promise
    throw new Error('not meant')
  })
  await asked.promise
  return { first, refuse: () => confirming.resolve() }
}

test('making stores is refused while a tenancy is at work, then holds the site itself, and gives it back', async () => {
  const { cluster, infisical, server, talk, by, ended, holder } = await opened()
  cluster.behaviour.react = answering(true)
  await ended(applyTenancy(request, by('ann'), talk, async () => {}))
  const stores = {
    ...{ site: 'bank', tenancy: serving({ 'talent-mesh.prod': ['talent-mesh'] }) },
    prune: [] as readonly string[],
  }
  const make = (operator: string) => ended(applyStoresOf(stores, by(operator), talk, async () => {}))
  const { first, refuse } = await atWork({ talk, by })
  const before = server.changes().length
  expect(await make('ben')).toMatchObject({
    reason: { code: 'SITE_BUSY', message: 'ann is changing this site' },
  })
  expect(server.changes()).toHaveLength(before)
  expect(infisical.clientSecrets).toEqual([])
  refuse()
  expect((await ended(first)).status).toBe('rejected')
  const holders: unknown[] = []
  server.after = () => {
    void holder().then(found => holders.push(found))
  }
  expect(await make('ben')).toMatchObject({ value: { unmet: [], unready: [] } })
  expect(holders).toContainEqual(expect.objectContaining({ holderIdentity: 'ben' }))
  expect(await holder()).toEqual({})
})

test('a migration is refused while a tenancy is at work, planned all the same, and gives the site back', async () => {
  const { server, talk, by, ended, holder } = await opened()
  await ended(applyTenancy(request, by('ann'), talk, async () => {}))
  const sops = { decrypt: async () => new Uint8Array() }
  const to = { site: 'bank', project: 'talent-mesh', environment: 'prod', path: '/', paths: [], options: {} }
  const bring = (apply: boolean) =>
    ended(migrateSops({ ...to, apply, accept: [], switches: [] }, { ...by('ben'), sops }, talk))
  const { first, refuse } = await atWork({ talk, by })
  const before = server.changes().length
  expect(await bring(true)).toMatchObject({
    reason: { code: 'SITE_BUSY', message: 'ann is changing this site' },
  })
  expect((await bring(false)).status).toBe('fulfilled')
  expect(server.changes()).toHaveLength(before)
  refuse()
  await ended(first)
  expect((await bring(true)).status).toBe('fulfilled')
  expect(await holder()).toEqual({})
})

test('giving passwords anew is refused while a tenancy is at work, before anything was looked at', async () => {
  const { infisical, talk, by, ended } = await opened()
  await ended(applyTenancy(request, by('ann'), talk, async () => {}))
  const { first, refuse } = await atWork({ talk, by })
  const database = { open: () => Promise.reject(new Error('nobody was to ask PostgreSQL')) }
  const place = { project: 'talent-mesh', environment: 'prod', role: 'app', password: 'PW' }
  const file = tenancyOf({
    projects: tenancy.projects,
    rotation: { databases: [{ name: 'app', ...place, database: { host: '127.0.0.1', name: 'app' } }] },
  })
  const site = parseSite(smallSite.replace('bank-prod', 'bank'), 'site.yaml')
  const rotating = { site, tenancy: file, names: [] as readonly string[], due: false }
  expect(await ended(rotateSecrets(rotating, { ...by('ben'), database }, talk))).toMatchObject({
    reason: { code: 'SITE_BUSY', message: 'ann is changing this site' },
  })
  expect(infisical.audit.asked).toEqual([])
  refuse()
  expect((await ended(first)).status).toBe('rejected')
})

test('rotating what stores log in with is refused while another is at work, and goes on after it', async () => {
  const { cluster, infisical, talk, by, ended } = await opened()
  cluster.behaviour.react = answering(true)
  await ended(applyTenancy(request, by('ann'), talk, async () => {}))
  const tenancy = serving({ 'talent-mesh.prod': ['talent-mesh'] })
  await ended(applyStoresOf({ site: 'bank', tenancy, prune: [] }, by('ann'), talk, async () => {}))
  const { first, refuse } = await atWork({ talk, by })
  const before = [...infisical.clientSecrets]
  expect(await ended(rotateStores('bank', by('ben'), talk))).toMatchObject({ reason: { code: 'SITE_BUSY' } })
  expect(infisical.clientSecrets).toEqual(before)
  refuse()
  await ended(first)
  expect(await ended(rotateStores('bank', by('ben'), talk))).toMatchObject({
    value: { rotated: [{ identity: 'external-secrets.talent-mesh.prod', revoked: 1 }], unmet: [] },
  })
  expect(infisical.clientSecrets).toHaveLength(1)
  expect(infisical.clientSecrets).not.toEqual(before)
})

test('a cluster of another site is left without a lease', async () => {
  const { talk, by, holder } = await opened()
  const other = { ...request, site: 'branch' }
  const host: Parameters<typeof applyTenancy>[1] = by('ann')
  expect((await rejection(applyTenancy(other, host, talk, async () => {}))).code).toBe('FOREIGN_INSTALL')
  expect(await holder()).toBeUndefined()
})
