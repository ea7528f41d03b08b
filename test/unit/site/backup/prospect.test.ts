import { describe, expect, test } from 'vitest'
import type { Bundle } from '../../../../src/bundle/layout/index.ts'
import { parseSite } from '../../../../src/kernel/inputs/index.ts'
import { type KubernetesObject, kinds, Secret, type SiteHost } from '../../../../src/kernel/ports/index.ts'
import { carriedTools, taggedMajor } from '../../../../src/site/backup/carried-tools.ts'
import { archiveProspect } from '../../../../src/site/backup/index.ts'
import { servicesOf } from '../../../../src/site/wire/index.ts'
import { siteCluster } from '../wire/memory.ts'
import { smallSite } from '../wire/sites.ts'

/** A bundle with one image, whose config is this text. */
function carrying(name: string, config: string): Pick<Bundle, 'images' | 'has' | 'read'> {
  const bytes = Buffer.from(config)
  const manifest = { config: { digest: 'sha256:c', size: bytes.length } }
  const image = { name, platforms: new Map([['linux/arm64', manifest]]) }
  return { images: [image], has: () => true, read: async () => bytes } as unknown as Pick<
    Bundle,
    'images' | 'has' | 'read'
  >
}
const env = (...lines: string[]) => JSON.stringify({ config: { Env: lines } })
const official = env('PATH=/usr/bin', 'PG_MAJOR=17', 'PG_VERSION=17.5-1.pgdg120+1')
const name = 'docker.io/library/postgres:17.5'

describe('the major version of an image', () => {
  test.each([
    ['postgres:17', 17],
    ['postgres:17.5', 17],
    ['postgres:16-alpine', 16],
    ['ghcr.io/cloudnative-pg/postgresql:18.1-system-trixie', 18],
    ['postgres:latest', undefined],
    ['postgres', undefined],
    ['registry.bank.example/tools:v2', undefined],
    ['registry.bank.example/tools:17f3a', undefined],
    // Of images that have PostgreSQL in them, and count by their own.
    ['docker.io/timescale/timescaledb:2.17.2-pg17', undefined],
    ['registry.bank.example/db-tools:3.1', undefined],
    [`postgres@sha256:${'1'.repeat(64)}`, undefined],
  ])('by the tag of %s: %s', (image, major) => {
    expect(taggedMajor(image)).toBe(major)
  })

  test('by what the image notes, before its tag', async () => {
    expect(await carriedTools(carrying(name, official), 'postgres:17.5')).toEqual({ major: 17 })
    const other = 'docker.io/library/postgres:15'
    expect(await carriedTools(carrying(other, official), other)).toEqual({ major: 17 })
  })

  test.each([
    ['nothing of it', env('PATH=/bin')],
    ['a word', env('PG_MAJOR=seventeen')],
    ['no list', '{"config":{"Env":"PG_MAJOR=16"}}'],
    ['nulls', '{"config":null}'],
    ['no JSON', 'PG_MAJOR=16'],
  ])('where the config says %s, the tag does', async (_, config) => {
    expect(await carriedTools(carrying(name, config), name)).toEqual({ major: 17 })
  })

  test('one that the bundle has under another name is not carried', async () => {
    expect(await carriedTools(carrying(name, official), 'postgres:17')).toBeUndefined()
  })
})

/** What is said of a site whose file has these lines under `database`. */
async function said(
  lines: string,
  {
    pod = false,
    bundle = carrying('docker.io/library/busybox:1', '{}'),
    version = '17.6',
    nodes = [],
  }: {
    pod?: boolean
    bundle?: Pick<Bundle, 'images' | 'has' | 'read'>
    version?: string | undefined
    nodes?: readonly string[]
  } = {},
) {
  const text = smallSite.replace('database:\n', `database:\n${lines}`)
  const node: KubernetesObject = {
    ...{ ...kinds.node, metadata: { name: 'n1' } },
    status: { images: [{ names: [...nodes] }, { names: null }] },
  }
  const cluster = await siteCluster(node)
  cluster.behaviour.services = { 'databases/postgres-cluster-rw:5432': { host: '127.0.0.1', port: 5432 } }
  const serving = { namespace: 'databases', pod: 'pg-0', container: 'postgres', port: 5432 }
  const programs = {
    behindService: async () => (pod ? serving : undefined),
    run: () => Promise.reject(new Error('nothing is run')),
  }
  const host = { cluster, programs } as unknown as SiteHost
  const services = servicesOf(parseSite(text, 'site.yaml'), host, 'infisical')
  const secret = new Secret('x')
  const parts = { host: services.site.database.host, port: 5432, user: 'a', database: 'b', password: secret }
  const place = { tls: 'require', serverName: parts.host } as const
  return await archiveProspect({ services, own: { parts, uri: secret, place } }, host, bundle, version)
}
const tools = `  tools: ${name}\n`

describe('whether an archive can be taken', () => {
  test('of a pod, whatever the site file names', async () => {
    const seen = expect.stringContaining('pod databases/pg-0 is asked')
    expect(await said('', { pod: true })).toMatchObject({ ok: 'yes', seen })
    expect(await said(tools, { pod: true })).toMatchObject({ ok: 'yes', seen })
  })

  test('by an image of the bundle, or one that a node has', async () => {
    const bundle = carrying(name, official)
    const carried = expect.stringContaining('which the bundle carries')
    expect(await said(tools, { bundle })).toMatchObject({ ok: 'yes', seen: carried })
    expect(await said(tools, { bundle, version: undefined })).toMatchObject({ ok: 'yes' })
    const here = expect.stringContaining('which a node has')
    expect(await said(tools, { nodes: [name] })).toMatchObject({ ok: 'yes', seen: here })
    expect(await said('  tools: postgres:17.5\n', { nodes: [name] })).toMatchObject({ ok: 'yes' })
  })

  test.each([
    ['without a pod and an image', '', {}, 'names no image'],
    ['by an image that nobody has', tools, {}, 'neither the bundle nor a node'],
    [
      'by one of another major',
      tools,
      { bundle: carrying(name, official), version: '16.4' },
      'of PostgreSQL 17',
    ],
    ['by one of another major by its tag', tools, { nodes: [name], version: '18.0' }, 'the server of 18.0'],
  ])('%s it is in doubt, with what to do', async (_, lines, more, words) => {
    const found = await said(lines, more)
    expect(found).toMatchObject({ ok: 'doubt', seen: expect.stringContaining(words) })
    expect(found.hint).toContain('--no-backup')
    expect(`${found.seen} ${found.hint}`).toContain('database.tools')
  })
})
