/** What a preflight sees of a site that is not as an install needs it: each fault under its id, and all of them at once. */
import { beforeEach, describe, expect, test } from 'vitest'
import { openBundle } from '../../../../../src/bundle/layout/index.ts'
import { SealiftError } from '../../../../../src/kernel/errors/index.ts'
import { kinds } from '../../../../../src/kernel/ports/index.ts'
import { secretObject } from '../../../../../src/site/wire/secrets.ts'
import { selfSigned } from '../../../../support/certificate.ts'
import { sampleImages } from '../../../../support/sample-bundle.ts'
import { cacheOf, sessionOf } from '../../wire/memory.ts'
import { installOn, proven } from '../memory-site.ts'
import {
  checkOf,
  lookAt,
  node,
  outcomes,
  type PreflightWorld,
  preflightWorld,
  summary,
} from './preflight-site.ts'

let world: PreflightWorld
beforeEach(async () => {
  world = await preflightWorld()
})

const namespace = (name: string, labels: Record<string, string> = {}) =>
  world.cluster.apply({ ...kinds.namespace, metadata: { name, labels } })

describe('PostgreSQL and Dragonfly', () => {
  test('all faults of both are told at once', async () => {
    const old = { number: 130000, version: '13.9', encoding: 'SQL_ASCII', maximum: 20, reserved: 3, used: 10 }
    const found = await lookAt({
      ...world,
      host: {
        ...world.host,
        database: { open: async () => sessionOf(old) },
        cache: {
          open: async () =>
            cacheOf({
              INFO: 'dragonfly_version:df-v1.30.0\r\nmaxmemory_policy:eviction\r\n',
              SELECT: 'OK',
              DBSIZE: 3,
            }),
        },
      },
    })
    expect(outcomes(found)).toMatchObject({
      postgresql: 'fault',
      'postgresql/clock': 'not-looked-at',
      keys: 'not-looked-at',
      dragonfly: 'fault',
    })
    const { seen = '', next = '' } = checkOf(found, 'postgresql') ?? {}
    expect(seen).toContain('13.9 is too old')
    expect(seen).toContain('7 of 20 connections are free')
    expect(next).toContain('Raise max_connections')
    const dragonfly = checkOf(found, 'dragonfly')
    for (const words of ['it throws keys away', 'undeclared keys', 'already holds 3 keys'])
      expect(dragonfly?.seen).toContain(words)
    expect(dragonfly?.next).toContain('--default_lua_flags=allow-undeclared-keys')
  })

  test('a server that cannot be reached is a fault, and says nothing of the other', async () => {
    const gone = new SealiftError('DATABASE_UNREACHABLE', 'cannot reach PostgreSQL at pg.bank.example:5432')
    const database = { open: () => Promise.reject(gone) }
    const found = await lookAt({ ...world, host: { ...world.host, database } })
    expect(outcomes(found)).toMatchObject({ postgresql: 'fault', dragonfly: 'ok' })
  })

  test('a database whose clock is a year off is a fault of its own', async () => {
    const now = Date.now() - 365 * 86_400_000
    const fits = {
      number: 160004,
      version: '16.4',
      encoding: 'UTF8',
      maximum: 100,
      reserved: 3,
      used: 10,
      now,
    }
    const database = { open: async () => sessionOf({ ...fits, tables: 0, infisical: false }) }
    const found = await lookAt({ ...world, host: { ...world.host, database } })
    expect(outcomes(found)).toMatchObject({ postgresql: 'ok', 'postgresql/clock': 'fault' })
  })

  test('one that is no pod, without tools for an archive, is a warning before anybody needs one', async () => {
    expect(checkOf(await lookAt(world), 'postgresql/tools')).toMatchObject({
      result: 'warning',
      seen: expect.stringContaining('names no image with its tools (database.tools)'),
      next: expect.stringContaining('--no-backup'),
    })
    const text = await world.host.files.readText('site.yaml')
    const named = text.replace('database:\n', `database:\n  tools: ${sampleImages.plain}\n`)
    await world.host.files.write('site.yaml', Buffer.from(named))
    expect(outcomes(await lookAt(world))['postgresql/tools']).toBe('ok')
    const pod = { namespace: 'databases', pod: 'pg-0', container: 'postgres', port: 5432 }
    const programs = { ...world.host.programs, behindService: async () => pod }
    const inside = text.replace(/host: postgres\S*/, 'host: pg.databases.svc')
    await world.host.files.write('site.yaml', Buffer.from(inside))
    world.cluster.behaviour.services['databases/pg:5432'] = { host: '127.0.0.1', port: 5432 }
    const uri = 'postgresql://infisical:word@pg.databases.svc/infisical'
    await world.cluster.apply(secretObject('default', 'database', { uri }))
    const found = await lookAt({ ...world, host: { ...world.host, programs } })
    expect(outcomes(found)['postgresql/tools']).toBe('ok')
  })

  test('a Secret that the site file names and nobody made is a fault', async () => {
    await world.cluster.delete(kinds.secret, 'database', 'default')
    expect(checkOf(await lookAt(world), 'postgresql')).toMatchObject({
      result: 'fault',
      seen: expect.stringContaining('default/database'),
    })
  })

  test('a heap that is too small for the server is a warning before the install', async () => {
    const found = await lookAt({ ...world, more: 'memory: { heapMiB: 400 }\n' })
    expect(checkOf(found, 'infisical/memory')).toMatchObject({
      result: 'warning',
      seen: expect.stringContaining('has a V8 heap of 400 MiB'),
      next: expect.stringContaining('memory.heapMiB: 520'),
    })
    const enough = await lookAt({ ...world, more: 'memory: { heapMiB: 520 }\n' })
    expect(outcomes(enough)['infisical/memory']).toBe('ok')
  })

  test('a site file that says nothing of an escrow is a fault', async () => {
    const text = await world.host.files.readText('site.yaml')
    await world.host.files.write('site.yaml', Buffer.from(text.replace('escrow: none\n', '')))
    expect(outcomes(await lookAt(world))['site/escrow']).toBe('fault')
  })

  test('a journal that has no place is a fault, with what to do', async () => {
    await world.host.files.write('file', Buffer.from('x'))
    expect(checkOf(await lookAt(world, { journal: 'file/journal' }), 'site/journal')).toMatchObject({
      ...{ result: 'fault', seen: expect.stringContaining('cannot write file/journal') },
      next: expect.stringContaining('install --journal'),
    })
  })
})

describe('the cluster', () => {
  test('a version that is too old, and one of another minor', async () => {
    world.cluster.behaviour.version = 'v1.21.0'
    expect(outcomes(await lookAt(world))['cluster/version']).toBe('fault')
    world.cluster.behaviour.version = 'v1.35.0+k3s1'
    expect(outcomes(await lookAt(world))['cluster/version']).toBe('warning')
  })

  test('a right that is missing is a fault that names it; a cluster admin is asked once', async () => {
    expect(checkOf(await lookAt(world), 'cluster/rights')?.seen).toContain('a cluster admin')
    expect(world.looks.asked).toHaveLength(1)
    world.looks.denies = ({ verb, resource }) =>
      verb === '*' || (verb === 'create' && resource === 'namespaces')
    expect(checkOf(await lookAt(world), 'cluster/rights')).toMatchObject({
      result: 'fault',
      seen: 'not allowed: create namespaces sealift-system, create namespaces demo, create namespaces eso',
    })
    world.looks.denies = ({ verb }) => verb === '*'
    expect(checkOf(await lookAt(world), 'cluster/rights')).toMatchObject({
      result: 'ok',
      seen: expect.stringMatching(/^all \d+ that are needed$/),
    })
  })

  test('a clock that is an hour off, and a certificate that has ended, are faults', async () => {
    const here = Date.now()
    const certificate = selfSigned('api', [], '20250101').cert
    world.looks.shown = { certificate, time: { server: here + 3_600_000, here } }
    world.looks.client = selfSigned('admin').cert
    const found = await lookAt(world)
    expect(outcomes(found)).toMatchObject({ 'cluster/clock': 'fault', 'cluster/certificates': 'fault' })
    expect(checkOf(found, 'cluster/certificates')?.seen).toContain(
      "the API server's certificate ended on 2025-01-01",
    )
  })

  test('what may not be looked at says so, and hides nothing else', async () => {
    world.cluster.behaviour.denies = (verb, { kind }) => verb === 'list' && kind === 'Node'
    const found = await lookAt(world)
    expect(outcomes(found)).toMatchObject({
      'node/state': 'not-looked-at',
      'node/disk': 'not-looked-at',
      postgresql: 'ok',
      'bundle/whole': 'ok',
    })
    expect(checkOf(found, 'node/state')?.seen).toBe('not allowed to list Node')
  })
})

describe('nodes', () => {
  test('each is judged by itself: one that is silent hides no other', async () => {
    await world.cluster.apply(node('n2'))
    await world.cluster.apply(node('n3', 'arm64'))
    world.looks.pages['n2/stats/summary'] = summary(0)
    world.looks.pages['n2/configz'] = { kubeletconfig: { imageMaximumGCAge: '12h' } }
    expect(outcomes(await lookAt(world))).toMatchObject({
      'node/disk/n1': 'ok',
      'node/disk/n2': 'fault',
      'node/disk/n3': 'not-looked-at',
      'node/collection/n1': 'ok',
      'node/collection/n2': 'warning',
      'node/architecture/n1': 'ok',
      'node/architecture/n3': 'fault',
    })
  })

  test('a node that lists the images needs no room for them', async () => {
    const seen = async () => checkOf(await lookAt(world), 'node/disk/n1')?.seen
    expect(await seen()).toMatch(/^the images that it lacks take about/)
    const bundle = await openBundle(await world.host.files.openBundle('1.0.0.tar'))
    const images = bundle.images.map(({ name }) => ({ names: [name] }))
    const bare = node('n1')
    await world.cluster.apply({ ...bare, status: { ...(bare['status'] as object), images } })
    expect(await seen()).toMatch(/^it lacks no image/)
  })
})

describe('what is there already', () => {
  test('the work of others in our namespaces, and another operator', async () => {
    await namespace('demo')
    const metadata = { name: 'infisical', namespace: 'demo' }
    await world.cluster.applyAs('them', { ...kinds.deployment, metadata, spec: {} })
    await namespace('platform')
    const labels = { 'app.kubernetes.io/name': 'external-secrets', 'app.kubernetes.io/version': 'v0.9.1' }
    const other = { name: 'external-secrets', namespace: 'platform', labels }
    await world.cluster.applyAs('them', { ...kinds.deployment, metadata: other, spec: {} })
    const found = await lookAt(world)
    expect(outcomes(found)).toMatchObject({
      'present/installations': 'fault',
      'present/operator': 'fault',
      'present/release/demo': 'fault',
      'present/release/eso': 'ok',
    })
    expect(checkOf(found, 'present/release/demo')?.seen).toContain(
      'Deployment infisical (nobody by its marks)',
    )
  })

  test('the site file of another site, and an older bundle', async () => {
    await namespace('sealift-system')
    const data = { ...proven, site: 'another', name: 'sample', version: '2.0.0' }
    const receipt = { name: 'sealift-receipt', namespace: 'sealift-system' }
    await world.cluster.apply({ ...kinds.configMap, metadata: receipt, data })
    const found = await lookAt(world)
    expect(outcomes(found)).toMatchObject({
      'present/site': 'fault',
      'present/bundle': 'fault',
      'present/records': 'fault',
    })
  })

  test('a namespace that is being deleted is a warning', async () => {
    const metadata = { name: 'eso', deletionTimestamp: '2026-11-30T00:00:00Z', finalizers: ['x'] }
    await world.cluster.apply({ ...kinds.namespace, metadata })
    expect(outcomes(await lookAt(world))['present/namespaces']).toBe('warning')
  })

  test('after an install all is ours', async () => {
    await installOn(world.host, '1.0.0')
    const found = await lookAt(world)
    expect(found.ok).toBe(true)
    expect(checkOf(found, 'present/bundle')?.seen).toBe('sample 1.0.0 is here')
    expect(checkOf(found, 'present/release/eso')?.seen).toMatch(/^all \d that are there are its own$/)
  })
})

describe('admission', () => {
  const refuse = (where: string) => {
    world.cluster.behaviour.admit = ({ kind, metadata }) => {
      if (kind !== 'Pod' || metadata.namespace !== where) return
      const hints = ['the cluster says: violates PodSecurity "restricted:latest"']
      throw new SealiftError('CLUSTER_DENIED', 'not allowed to patch pods', { hints })
    }
  }

  test('a namespace that would not let a pod in', async () => {
    await namespace('demo', { 'pod-security.kubernetes.io/enforce': 'restricted' })
    refuse('demo')
    const found = await lookAt(world)
    expect(outcomes(found)).toMatchObject({ 'admission/demo': 'fault', 'admission/eso': 'ok' })
    expect(checkOf(found, 'admission/demo')?.seen).toContain('enforces Pod Security restricted')
  })

  test('where it is not there yet, what was tried instead is told', async () => {
    expect(checkOf(await lookAt(world), 'admission/eso')?.seen).toContain('tried in default instead')
    refuse('default')
    expect(outcomes(await lookAt(world))['admission/eso']).toBe('fault')
    await namespace('default', { 'pod-security.kubernetes.io/enforce': 'privileged' })
    expect(outcomes(await lookAt(world))['admission/eso']).toBe('not-looked-at')
  })
})

describe('how people get there', () => {
  test('a name that nobody knows, and an Ingress without its class', async () => {
    world.more = 'ingress: { host: infisical.bank.local, className: traefik }\n'
    const found = await lookAt(world)
    expect(found.ok).toBe(true)
    expect(outcomes(found)).toMatchObject({ 'access/name': 'warning', 'access/ingress': 'warning' })
    world.names = { 'infisical.bank.local': ['10.1.2.3'] }
    await world.cluster.apply({ ...kinds.ingressClass, metadata: { name: 'traefik' } })
    expect(outcomes(await lookAt(world))).toMatchObject({ 'access/name': 'ok', 'access/ingress': 'ok' })
  })

  test('an address needs no name', async () => {
    world.more = 'url: https://10.1.2.3:8443\n'
    expect(checkOf(await lookAt(world), 'access/name')?.seen).toBe('10.1.2.3 is an address')
  })
})
