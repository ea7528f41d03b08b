/** A site in memory with project `talent-mesh` on its server, and secrets to bring there. */
import { Secret } from '../../../../src/kernel/ports/index.ts'
import type { Found, Sources } from '../../../../src/teams/migrate/index.ts'
import {
  type Migrated,
  type MigrateRequest,
  migrateAlone,
} from '../../../../src/teams/verbs/migrate-sops/index.ts'
import { type MemoryTenancy, memoryTenancy } from '../../../support/memory-tenancy.ts'
import { type TeamsSite, teamsSite } from './teams-site.ts'

/** The site, and what a test does on it. */
export interface MigrateSite extends TeamsSite {
  readonly server: MemoryTenancy
  /** Plans, or applies where it is said so; to the root of `prod` unless it is said otherwise. */
  readonly run: (sources: Sources, more?: Partial<MigrateRequest>) => Promise<Migrated>
  /** What a folder has. */
  readonly folder: (at?: string) => Record<string, string>
}

/** Opens it. */
export async function migrateSite(): Promise<MigrateSite> {
  const server = memoryTenancy()
  const site = await teamsSite(server)
  await server.createProject({ slug: 'talent-mesh', defaultEnvironments: true })
  server.asked.length = 0
  const usual = {
    site: 'bank',
    project: 'talent-mesh',
    environment: 'prod',
    path: '/',
    accept: [],
    switches: [],
  }
  return {
    ...{ ...site, server },
    run: (sources, more = {}) =>
      migrateAlone({ ...usual, apply: false, sources, ...more }, site.host, site.talk),
    folder: (at = 'talent-mesh/prod') => Object.fromEntries(site.infisical.batches.folders.get(at) ?? []),
  }
}

/** What was read of one file; each secret is at its own name. */
export function sourcesOf(values: Readonly<Record<string, string>>, file = 'prod.enc.yaml'): Sources {
  const found = Object.entries(values).map(([name, value]) => foundOf(name, value, file))
  return { found, doubts: [], left: [] }
}

/** One secret of a file. */
export function foundOf(name: string, value: string, file = 'prod.enc.yaml', at = name): Found {
  return { name, value: new Secret(value), from: { file, at } }
}
