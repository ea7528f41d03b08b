/** Two who would change one site's tenancy at the same time. */
import { expect, test } from 'vitest'
import { kinds, type SiteHost } from '../../../../src/kernel/ports/index.ts'
import { applyTenancy } from '../../../../src/teams/verbs/tenancy-apply/index.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { memoryTenancy } from '../../../support/memory-tenancy.ts'
import { rejection } from '../../site/wire/memory.ts'
import { tenancyOf } from '../tenancy/tenancies.ts'
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

test('a cluster of another site is left without a lease', async () => {
  const { talk, by, holder } = await opened()
  const other = { ...request, site: 'branch' }
  const host: Pick<SiteHost, 'cluster' | 'infisical' | 'clock' | 'random' | 'files' | 'operator'> = by('ann')
  expect((await rejection(applyTenancy(other, host, talk, async () => {}))).code).toBe('FOREIGN_INSTALL')
  expect(await holder()).toBeUndefined()
})
