/** A site in memory whose Infisical has a tenancy, for tests of the teams' verbs. */

import { managed } from '../../../../src/kernel/access/index.ts'
import { kinds, type SiteHost } from '../../../../src/kernel/ports/index.ts'
import { markedFor } from '../../../../src/site/wire/index.ts'
import { secretObject } from '../../../../src/site/wire/secrets.ts'
import type { MemoryCluster } from '../../../support/memory-cluster.ts'
import { memoryFiles } from '../../../support/memory-files.ts'
import { type MemoryIssuers, memoryIssuers } from '../../../support/memory-issuers.ts'
import type { MemoryTenancy } from '../../../support/memory-tenancy.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { RecordingClock } from '../../../support/recording-clock.ts'
import { countingRandom, siteCluster } from '../../site/wire/memory.ts'
import { type MemoryInfisical, memoryInfisical } from '../../site/wire/memory-infisical.ts'

/** What a test of a verb needs. */
export interface TeamsSite {
  readonly cluster: MemoryCluster
  readonly infisical: MemoryInfisical
  readonly clock: RecordingClock
  readonly issuers: MemoryIssuers
  readonly host: Pick<SiteHost, 'cluster' | 'infisical' | 'clock' | 'files' | 'random' | 'issuers'>
  readonly talk: ReturnType<typeof recordedTalk>
}

/** What the Secret of the admin says. */
type Login = Readonly<Record<'email' | 'password' | 'organizationId', string>>

const ownLogin = { email: 'admin@site.local', password: 'admins-own-password', organizationId: 'org' }

/** Site `bank`, installed, with this tenancy on its server. */
export async function teamsSite(tenancy: MemoryTenancy, login: Login = ownLogin): Promise<TeamsSite> {
  const cluster = await siteCluster(
    secretObject('sealift-system', 'infisical-admin', login),
    secretObject('infisical', 'infisical-secrets', { AUTH_SECRET: 'x' }),
  )
  for (const name of ['sealift-system', 'infisical', 'external-secrets'])
    await cluster.apply(markedFor('bank', { ...kinds.namespace, metadata: { name, labels: managed } }))
  cluster.behaviour.services['infisical/infisical:8080'] = { host: '127.0.0.1', port: 1 }
  const infisical = memoryInfisical(tenancy)
  infisical.admin = { email: login.email, password: login.password }
  const clock = new RecordingClock()
  const talk = recordedTalk()
  const files = memoryFiles()
  const issuers = memoryIssuers()
  return {
    cluster,
    infisical,
    clock,
    talk,
    issuers,
    host: { cluster, clock, files, issuers, random: countingRandom(), infisical: () => infisical },
  }
}
