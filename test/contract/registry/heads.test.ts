/** What a registry says by HEAD, and what is made of one that does not: our small registry and the one in memory. */
import { describe, expect, it } from 'vitest'
import { type Digest, digestOf } from '../../../src/kernel/oci/index.ts'
import type { Registry } from '../../../src/kernel/ports/index.ts'
import { MemoryRegistry } from '../../support/memory-registry.ts'
import { failure } from './connect.ts'
import { referenceTo, repository, servedImages } from './images.ts'
import { closedAfterEach } from './opening.ts'

const { open, start } = closedAfterEach()

async function digestOfTag(tag = 'oci'): Promise<Digest> {
  return digestOf((await servedImages())[`${repository}:${tag}`]?.manifest ?? '')
}

interface Rig {
  readonly registry: Registry
  readonly host: string
  refuseHead(): void
}

async function ours(): Promise<Rig> {
  const server = await start()
  const { registry } = open(server.host)
  return {
    registry,
    host: server.host,
    refuseHead: () => server.fault({ path: /./, method: 'HEAD', status: 405 }),
  }
}

async function memory(): Promise<Rig> {
  const registry = new MemoryRegistry()
  for (const [name, { manifest, mediaType }] of Object.entries(await servedImages())) {
    const [place = '', tag = ''] = name.split(':')
    registry.put(`r.io/${place}`, tag, JSON.parse(manifest.toString()), mediaType)
  }
  const refuseHead = () => {
    registry.answersHead = false
  }
  return { registry, host: 'r.io', refuseHead }
}

describe.each([
  ['ours', ours],
  ['the one in memory', memory],
])('by HEAD %s', (_, make) => {
  it('gives digests, says what is absent, and nothing once it refuses HEAD', async () => {
    const { registry, host, refuseHead } = await make()
    const { digest } = (await registry.manifest(referenceTo(host))).descriptor
    const missing = referenceTo(host, `${repository}:sha256-0.sig`)
    expect(await registry.digest(referenceTo(host))).toBe(digest)
    expect(await registry.digest(referenceTo(host, `${repository}@${digest}`), { beside: digest })).toBe(
      digest,
    )
    expect(await registry.digest(missing, { beside: digest })).toBe('absent')
    expect(await registry.digest(missing)).toBeUndefined()
    refuseHead()
    expect(await registry.digest(referenceTo(host))).toBeUndefined()
    expect(await registry.digest(missing, { beside: digest })).toBeUndefined()
  })
})

describe('a HEAD', () => {
  const missing = (host: string) => referenceTo(host, `${repository}:sha256-0.sig`)

  it.each([400, 401, 403, 404, 405, 406, 500, 501, 502, 504])(
    'that is always answered %d says nothing, at once',
    async status => {
      const server = await start()
      server.fault({ path: /./, method: 'HEAD', status })
      const { registry, retries } = open(server.host)
      expect(await registry.digest(referenceTo(server.host))).toBeUndefined()
      const beside = await digestOfTag()
      expect(await registry.digest(missing(server.host), { beside })).toBeUndefined()
      expect(retries).toEqual([])
      expect(server.requests.every(({ method }) => method === 'HEAD')).toBe(true)
    },
  )

  it.each([401, 403, 404])('answered %d is absence where others are answered', async status => {
    const server = await start()
    server.fault({ path: /sha256-0/, status })
    const { registry } = open(server.host)
    const beside = await digestOfTag()
    const both = [missing(server.host), referenceTo(server.host, `${repository}:sha256-0.att`)]
    const said = await Promise.all(both.map(tag => registry.digest(tag, { beside })))
    expect(said).toEqual(['absent', 'absent'])
    // Asked for once, whatever runs beside it.
    expect(server.requests.filter(({ url }) => url.endsWith(beside))).toHaveLength(1)
  })

  it.each([429, 503])('is sent again after a %d, and an error where that stays', async status => {
    const server = await start()
    server.fault({ path: /./, status, times: 1 })
    const { registry, retries } = open(server.host)
    expect(await registry.digest(referenceTo(server.host))).toBe(await digestOfTag())
    expect(retries).toHaveLength(1)
    server.fault({ path: /./, status })
    expect((await failure(registry.digest(referenceTo(server.host)))).code).toBe('REGISTRY_FAILED')
  })

  it('whose connection breaks says nothing, at once', async () => {
    const server = await start()
    server.fault({ path: /./, method: 'HEAD', breaks: true })
    const { registry, retries } = open(server.host)
    expect(await registry.digest(referenceTo(server.host))).toBeUndefined()
    expect(retries).toEqual([])
  })

  it('that nobody answers in time says nothing; a host that is not there is an error', async () => {
    const server = await start()
    const held = Promise.withResolvers<void>()
    server.fault({ path: /./, method: 'HEAD', hold: held.promise })
    const { registry, retries } = open(server.host, { patience: { answer: 300, body: 300 } })
    expect(await registry.digest(referenceTo(server.host))).toBeUndefined()
    expect(retries).toEqual([])
    held.resolve()
    await server.stop()
    expect((await failure(registry.digest(referenceTo(server.host)))).code).toBe('REGISTRY_UNREACHABLE')
  })

  it('says nothing of a tag without a digest; what has a digest is a manifest by its type', async () => {
    const server = await start()
    server.fault({ path: /./, namesNoDigest: true })
    const { registry } = open(server.host)
    expect(await registry.digest(referenceTo(server.host))).toBeUndefined()
    const digest = await digestOfTag()
    const pinned = referenceTo(server.host, `${repository}@${digest}`)
    expect(await registry.digest(pinned)).toBe(digest)
  })

  it('that a page for people answers says nothing', async () => {
    const server = await start()
    server.fault({ path: /./, namesNoDigest: true, headers: { 'content-type': 'text/html' } })
    const pinned = referenceTo(server.host, `${repository}@${await digestOfTag()}`)
    expect(await open(server.host).registry.digest(pinned)).toBeUndefined()
  })

  it('that is answered with another digest than it asked for says nothing', async () => {
    const server = await start()
    server.fault({ path: /./, headers: { 'docker-content-digest': digestOf('other') } })
    const pinned = referenceTo(server.host, `${repository}@${await digestOfTag()}`)
    expect(await open(server.host).registry.digest(pinned)).toBeUndefined()
  })

  it('goes to the next mirror, and what is beside it to the one that answered', async () => {
    const [empty, full] = [await start({ images: {} }), await start()]
    const mirrors = { 'r.invalid': [empty, full].map(({ host }) => `http://${host}`) }
    const { registry } = open('r.invalid', { mirrors })
    const digest = await registry.digest(referenceTo('r.invalid'))
    expect(digest).toBe(await digestOfTag())
    const beside = await digestOfTag()
    expect(await registry.digest(missing('r.invalid'), { beside })).toBe('absent')
    expect([empty, full].map(({ requests }) => requests.length)).toEqual([1, 2])
  })
})
