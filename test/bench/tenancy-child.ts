/**
 * `node tenancy-child.mjs URL PASSWORD ORGANIZATION PREFIX PROJECTS AT_ONCE`: makes a tenancy of projects with three
 * environments and ten folders each, as `tenancy apply` does, so many requests at once. A process of its own, so that
 * its memory can be measured; tenancy.ts compiles it as the CLI is compiled.
 */
import { createInfisical } from '../../src/adapters/infisical/index.ts'
import { Secret } from '../../src/kernel/ports/index.ts'
import { parseTenancy } from '../../src/kernel/tenancy-file/index.ts'
import { createPace } from '../../src/teams/pace/index.ts'
import { applyActions, compare, observe } from '../../src/teams/tenancy/index.ts'

const [baseUrl = '', password = '', organizationId = '', prefix = '', projects = '', atOnce = ''] =
  process.argv.slice(2)
const clock = { now: () => Date.now(), sleep: async () => {} }
const folders = [
  '/db',
  '/db/primary',
  '/db/replica',
  '/ci',
  '/ci/deploy',
  '/tls',
  '/tls/edge',
  '/mail',
  '/api',
  '/jobs',
]
const file = {
  ...{ apiVersion: 'sealift.dev/v1', kind: 'Tenancy', organization: 'openova' },
  projects: Array.from({ length: Number(projects) }, (_, i) => ({
    ...{ slug: `${prefix}-${i}`, environments: ['dev', 'staging', 'prod'], folders },
  })),
}
const tenancy = parseTenancy(JSON.stringify(file), 'bench')
const infisical = createInfisical({ baseUrl, clock })
const session = await infisical.login('admin@site.local', new Secret(password), organizationId)
const server = session.tenancy
const ended = (text: string) => {
  throw new Error(text)
}
const pace = createPace(clock, new AbortController().signal, ended, Number(atOnce))
const observed = await observe(tenancy, server, pace)
const { actions } = compare(tenancy, observed)
let done = 0
const counted = () => {
  done += 1
}
await applyActions(actions, { server, pace, observed, done: counted, keep: async () => {}, lost: () => {} })
process.stdout.write(JSON.stringify({ done }))
