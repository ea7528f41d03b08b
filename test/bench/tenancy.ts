/** Making a tenancy on the stand-in for Infisical's server, four requests at once and one at a time. */
import { join } from 'node:path'
import { build } from 'esbuild'
import { compiling } from '../../scripts/compiling/index.ts'
import { createInfisical } from '../../src/adapters/infisical/index.ts'
import { Secret } from '../../src/kernel/ports/index.ts'
import { newKeys, startStandIn } from '../support/infisical/process.ts'
import { startPostgres, startRedis } from '../support/services.ts'
import type { Measured } from './measure.ts'
import type { Stage } from './stage.ts'

/** A server that was set up. */
export interface TenancyBench {
  readonly url: string
  readonly password: string
  readonly organizationId: string
}

const projects = 200

/** Starts the server, and compiles what is measured; `closing` gets what ends it again. */
export async function tenancyBench(stage: Stage, closing: (() => Promise<unknown>)[]): Promise<TenancyBench> {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  closing.push(() => Promise.all([postgres.stop(), redis.stop()]))
  const uri = await postgres.createDatabase('infisical')
  const urls = { DB_CONNECTION_URI: uri, REDIS_URL: redis.url(), SITE_URL: 'http://infisical.test' }
  const server = await startStandIn({ ...newKeys(), ...urls })
  closing.push(() => server.stop())
  await server.ready()
  const password = 'Correct-Horse-9-Battery'
  const clock = { now: () => Date.now(), sleep: async () => {} }
  const infisical = createInfisical({ baseUrl: server.url, clock })
  const made = await infisical.bootstrap('admin@site.local', new Secret(password), 'openova')
  await build({
    entryPoints: [join(import.meta.dirname, 'tenancy-child.ts')],
    outfile: child(stage),
    ...compiling,
    splitting: false,
  })
  return { url: server.url, password, organizationId: made.organizationId }
}

let run = 0

/** Makes new projects, so many requests at once. */
export async function makeTenancy(stage: Stage, bench: TenancyBench, atOnce: number): Promise<Measured> {
  const { url, password, organizationId } = bench
  const numbers = [`bench${run++}`, String(projects), String(atOnce)]
  const took = await stage.measure([
    [process.execPath, child(stage), url, password, organizationId, ...numbers],
  ])
  const { done } = JSON.parse(took.stdout) as { done: number }
  if (done !== projects * (1 + 3 * 7)) throw new Error(`${done} things were made`)
  return took
}

const child = (stage: Stage) => join(stage.dir, 'tenancy-child.mjs')
