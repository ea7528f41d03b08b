/** Bringing secrets to the stand-in for Infisical's server, in batches and one request a secret. */
import { join } from 'node:path'
import { build } from 'esbuild'
import { compiling } from '../../scripts/compiling/index.ts'
import { createInfisical } from '../../src/adapters/infisical/index.ts'
import { Secret } from '../../src/kernel/ports/index.ts'
import type { Measured } from './measure.ts'
import type { Stage } from './stage.ts'
import type { TenancyBench } from './tenancy.ts'

const secrets = 5000

/** Makes the project, and compiles what is measured. */
export async function migrateBench(stage: Stage, server: TenancyBench): Promise<TenancyBench> {
  const { url, password, organizationId } = server
  const clock = { now: () => Date.now(), sleep: async () => {} }
  const infisical = createInfisical({ baseUrl: url, clock })
  const session = await infisical.login('admin@site.local', new Secret(password), organizationId)
  await session.tenancy.createProject({ slug: 'bench-migrate', defaultEnvironments: true })
  await build({
    entryPoints: [join(import.meta.dirname, 'migrate-child.ts')],
    outfile: child(stage),
    ...compiling,
    splitting: false,
  })
  return server
}

let run = 0

/** Brings secrets into a new folder. */
export async function migrate(
  stage: Stage,
  { url, password, organizationId }: TenancyBench,
  how: 'batches' | 'each',
): Promise<Measured> {
  const words = [url, password, organizationId, `run${run++}`, String(secrets), how]
  const took = await stage.measure([[process.execPath, child(stage), ...words]])
  const { done } = JSON.parse(took.stdout) as { done: number }
  if (done !== secrets) throw new Error(`${done} secrets were brought`)
  return took
}

const child = (stage: Stage) => join(stage.dir, 'migrate-child.mjs')
