/** A site in memory that is upgraded: a PostgreSQL that copies and renames, and a server whose newer release migrates. */
import { readSite } from '../../../../src/kernel/inputs/site-file.ts'
import {
  type DatabaseSession,
  type KubernetesObject,
  kinds,
  type SiteHost,
  type Talk,
} from '../../../../src/kernel/ports/index.ts'
import { rollback, type UpgradeRequest, upgrade } from '../../../../src/site/verbs/install/index.ts'
import { secretObject } from '../../../../src/site/wire/secrets.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { newIdentity } from '../wire/escrow/escrows.ts'
import { isOfSchema, sessionOf } from '../wire/memory.ts'
import { bundleOf, installOn, type Version } from './memory-site.ts'
import { type MemoryWorld, memoryWorld } from './memory-world.ts'
import { archiveAnswers, memoryTools } from './upgrade-archive.ts'

/** A database by what is in it, and its comment. */
export interface MemoryDatabase {
  readonly schema: 'older' | 'newer'
  readonly comment: string
  /** Whether it has no tables. */
  readonly empty?: boolean
  /** What users have written into it. */
  readonly written?: readonly string[]
}

/** A world with release 1.0.0 installed, and what a test decides about the newer one. */
export interface UpgradeWorld extends MemoryWorld {
  host: SiteHost
  readonly databases: Map<string, MemoryDatabase>
  /** What becomes of the newer server. */
  fate: 'comes up' | 'fails' | 'proves nothing'
  /** Whether Infisical's role may make databases. */
  mayCopy: boolean
  /** Tools of PostgreSQL that end with 1. */
  readonly brokenTools: Set<string>
}

const fits = { number: 160004, version: '16.4', encoding: 'UTF8', maximum: 100, reserved: 3, used: 10 }

/** Makes it, and installs 1.0.0. */
export async function upgradeWorld(): Promise<UpgradeWorld> {
  const databases = new Map<string, MemoryDatabase>([
    ['infisical', { schema: 'older', comment: '', empty: true }],
  ])
  const made = await memoryWorld()
  const world: UpgradeWorld = {
    ...made,
    databases,
    fate: 'comes up',
    mayCopy: true,
    brokenTools: new Set(),
    host: {
      ...made.host,
      database: { open: async ({ database }) => sessionAt(databases, database, () => world.mayCopy) },
    },
  }
  // Its PostgreSQL is a pod, whose pg_dump can be run.
  world.host = { ...world.host, programs: memoryTools(databases, world.brokenTools) }
  const uri = 'postgresql://infisical:word@pg.databases.svc/infisical'
  await made.cluster.apply(secretObject('default', 'database', { uri }))
  made.cluster.behaviour.services['databases/pg:5432'] = { host: '127.0.0.1', port: 5432 }
  await installOn(world.host, '1.0.0')
  const { comment = '' } = databases.get('infisical') ?? {}
  databases.set('infisical', { schema: 'older', comment })
  // From now on the chart is the newer one's.
  const { react } = made.cluster.behaviour
  const older = made.helm.upgrade
  made.helm.upgrade = (request, ...rest) => {
    if (world.fate === 'fails') made.helm.broken.add('demo')
    else made.helm.broken.clear()
    return older({ ...request, values: [...request.values, { newer: true }] }, ...rest)
  }
  const render = made.helm.render
  made.helm.render = request => render({ ...request, values: [...request.values, { newer: true }] })
  made.cluster.behaviour.react = async (object, cluster) => {
    const served = databases.get('infisical')
    // From its start on somebody writes into it.
    if (isNewer(object) && served !== undefined)
      databases.set('infisical', {
        ...{ ...served, schema: 'newer' },
        written: [...(served.written ?? []), 'in the window'],
      })
    const newer = isNewer(await cluster.get(kinds.deployment, 'infisical', 'demo'))
    if (world.fate === 'proves nothing' && newer && object.kind === 'ExternalSecret') return
    await react(object, cluster)
  }
  return world
}

/** Whether a server of the newer release runs. */
export function isNewer(object: KubernetesObject | undefined): boolean {
  return (
    object?.kind === 'Deployment' && JSON.stringify(object).includes('r.io/infisical:2') && !isStopped(object)
  )
}
const isStopped = ({ spec }: KubernetesObject) => (spec as { replicas?: number }).replicas === 0

const allow = { unsigned: true, downgrade: false, anySite: false, takeOver: false, upgrade: true }
const requestOf = async (host: SiteHost, version: Version) => ({
  ...{ bundle: `${version}.tar`, site: await readSite('site.yaml', host.files), journal: 'journal', allow },
})
const { identity, recipient } = await newIdentity()
/** What opens the archives of these sites. */
export const archiveIdentity = identity
/** What an upgrade is asked for here. */
export const archive = { folder: 'safe', recipients: [recipient], rehearse: true }

/** Upgrades a host to a bundle; with an archive in folder `safe`, unless `more` says otherwise. */
export async function upgradeOn(
  host: SiteHost,
  version: Version = '1.1.0',
  talk: Talk = recordedTalk(),
  more: Partial<UpgradeRequest> = { archive },
) {
  return upgrade({ ...(await requestOf(host, version)), budget: 'warn', ...more }, host, talk)
}

/** Takes a host back. */
export async function rollbackOn(host: SiteHost, version: Version = '1.1.0', talk: Talk = recordedTalk()) {
  return rollback(await requestOf(host, version), host, talk)
}

/** What {@link versionOf} says of a world that is wholly of one version. */
export const older = { receipt: '1.0.0', begun: undefined, schema: 'older', server: 'older' }
export const newer = { receipt: '1.1.0', begun: undefined, schema: 'newer', server: 'newer' }

/** What of a world tells the two versions apart. */
export async function versionOf(world: UpgradeWorld) {
  const { cluster, databases } = world
  const receipt = await cluster.get(kinds.configMap, 'sealift-receipt', 'sealift-system')
  const { version, begunVersion } = (receipt?.['data'] ?? {}) as Record<string, string>
  const server = await cluster.get(kinds.deployment, 'infisical', 'demo')
  return {
    ...{ receipt: version, begun: begunVersion, schema: databases.get('infisical')?.schema },
    server:
      server === undefined ? 'gone' : isNewer(server) ? 'newer' : isStopped(server) ? 'stopped' : 'older',
    databases: [...databases.keys()].map(name => name.replace(/_[a-z0-9]+$/, '')).sort(),
  }
}

function sessionAt(
  databases: Map<string, MemoryDatabase>,
  database: string,
  mayCopy: () => boolean,
): DatabaseSession {
  const found = (name: string) => {
    const one = databases.get(name)
    if (one === undefined)
      throw Object.assign(new Error(`database "${name}" does not exist`), { code: '3D000' })
    return one
  }
  const done = (sql: string, parameters: readonly unknown[]): Record<string, unknown>[] | undefined => {
    const of = (pattern: RegExp) => pattern.exec(sql)?.slice(1) as [string, string] | undefined
    const [made, template] = of(/^CREATE DATABASE "(.*)" OWNER ".*" TEMPLATE "(.*)"$/) ?? []
    if (made && template) databases.set(made, { ...found(template), comment: '' })
    const [from, to] = of(/^ALTER DATABASE "(.*)" RENAME TO "(.*)"$/) ?? []
    if (from && to) {
      if (databases.has(to))
        throw Object.assign(new Error(`database "${to}" already exists`), { code: '42P04' })
      databases.set(to, found(from))
      databases.delete(from)
    }
    const [about, comment] = of(/^COMMENT ON DATABASE "(.*)" IS '(.*)'$/) ?? []
    if (about !== undefined) databases.set(about, { ...found(about), comment: comment ?? '' })
    const [dropped] = of(/^DROP DATABASE (?:IF EXISTS )?"([^"]*)"/) ?? []
    if (dropped !== undefined) databases.delete(dropped)
    if (/^(CREATE|ALTER|COMMENT|DROP|SET|BEGIN|COMMIT|ROLLBACK)\b/.test(sql)) return []
    if (isOfSchema(sql)) return []
    if (/AS copier|WHERE datname = ANY/.test(sql)) return []
    if (/datname = \$2 OR datname = \$3/.test(sql))
      return [...databases.keys()]
        .filter(name => parameters.slice(1, 3).includes(name))
        .map(datname => ({ datname }))
    if (sql.includes('AS kept FROM pg_database'))
      return [...databases]
        .filter(([, { comment }]) => comment.startsWith('Sealift keeps'))
        .map(([kept]) => ({ kept }))
    if (/aclexplode|pg_db_role_setting/.test(sql)) return []
    if (sql.includes('datconnlimit')) return [{ most: -1, granted: false }]
    if (sql.includes('pg_database_size')) return [{ bytes: 2 ** 20 }]
    if (/AS comment FROM pg_database/.test(sql)) {
      const one = databases.get(String(parameters[0]))
      return one === undefined ? [] : [{ comment: one.comment }]
    }
    return undefined
  }
  const answers = { ...fits, member: true }
  const holds = () => {
    const { empty = false } = databases.get(database) ?? { empty: true }
    return { tables: empty ? 0 : 1, infisical: !empty }
  }
  const served = () => databases.get('infisical')?.comment ?? ''
  const other = { comment: 'Made by Sealift for Infisical', owner: 'infisical' }
  return {
    ...sessionOf({}),
    async query(sql, parameters = []) {
      const archived = archiveAnswers(sql, databases.get(database), databases)
      const result = archived ?? done(sql, parameters)
      if (result !== undefined) return result
      return [{ ...answers, ...holds(), ...other, may: mayCopy(), mark: served() }]
    },
  }
}

/** A world whose newer bundle declares a budget, of which its pod uses so much; and other containers that nobody measures. */
export async function usingWorld(
  memory: number,
  ...others: readonly { chart: string; object: string; container: string }[]
): Promise<UpgradeWorld> {
  const world = await upgradeWorld()
  const own = { chart: 'demo', object: 'Deployment/infisical', container: 'infisical' }
  const share = { init: false, replicas: 1, memory: 512 * 2 ** 20, cpu: 250 }
  const { file } = bundleOf('1.1.0', lock => ({
    ...lock,
    budget: {
      ...lock.budget,
      containers: [own, ...others].map(one => ({ ...one, ...share })),
    },
  }))
  await world.host.files.write('1.1.0.tar', file)
  if (memory > 0)
    world.cluster.behaviour.usage = [
      { namespace: 'demo', pod: 'infisical-1', container: 'infisical', memory: memory * 2 ** 20, cpu: 90 },
    ]
  return world
}

/** How a run of a verb has ended: proven, or with an error of this code. */
export const ended = (work: Promise<unknown>) =>
  work.then(
    () => 'proven',
    (error: { code?: string; message?: string }) => error.code ?? error.message,
  )
