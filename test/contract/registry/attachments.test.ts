/** What may be attached to an image: asked of the real registry, which has no referrers API, and of ours, which has. */
import { describe, expect, it } from 'vitest'
import { type Descriptor, type Digest, digestOf, mediaTypes } from '../../../src/kernel/oci/index.ts'
import { startRegistry } from '../../support/connected/registry.ts'
import type { FaultyOptions, FaultyRegistry } from '../../support/faulty-registry.ts'
import { failure, type TestConnection } from './connect.ts'
import { pushImages, referenceTo, repository, servedImages } from './images.ts'
import { closedAfterEach } from './opening.ts'

const { keep, open, start } = closedAfterEach()

async function subjectDigest(): Promise<Digest> {
  const image = (await servedImages())[`${repository}:oci`]
  return digestOf(image?.manifest ?? '')
}

const attachment: Descriptor = {
  mediaType: mediaTypes.ociManifest,
  digest: digestOf('sbom'),
  size: 4,
  artifactType: 'application/spdx+json',
}
const listOf = (...manifests: Descriptor[]) => ({
  schemaVersion: 2,
  mediaType: mediaTypes.ociIndex,
  manifests,
})
const path = async (query = '') => `/v2/${repository}/referrers/${await subjectDigest()}${query}`

/** Ours, with the image read from it already. */
async function ours(options: FaultyOptions = {}) {
  const server = await start(options)
  const connection = open(server.host)
  await connection.registry.manifest(referenceTo(server.host))
  return { server, connection }
}
const referrers = async ({ registry }: TestConnection, { host }: Pick<FaultyRegistry, 'host'>) =>
  registry.referrers(referenceTo(host, repository), await subjectDigest())

describe('referrers', () => {
  it('are listed, page by page', async () => {
    const second = { ...attachment, digest: digestOf('second') }
    const next = await path('?page=2')
    const { server, connection } = await ours({
      referrers: { [await path()]: listOf(attachment), [next]: listOf(second) },
    })
    server.fault({ path: /referrers\/[^?]*$/, headers: { link: `<${next}>; rel="next"` } })
    expect(await referrers(connection, server)).toEqual([attachment, second])
  })

  it('may be none', async () => {
    const { server, connection } = await ours({ referrers: { [await path()]: listOf() } })
    expect(await referrers(connection, server)).toEqual([])
  })

  it.each([400, 401, 403, 404, 405, 406, 501])(
    'are not known to a registry that answers %d',
    async status => {
      const { server, connection } = await ours()
      server.fault({ path: /referrers/, status, error: { code: 'UNSUPPORTED', message: 'no' } })
      expect(await referrers(connection, server)).toBeUndefined()
      expect(connection.retries).toEqual([])
    },
  )

  it('are not known to a registry that answers with a page for people', async () => {
    const { server, connection } = await ours({ files: { [await path()]: Buffer.from('<html>') } })
    expect(await referrers(connection, server)).toBeUndefined()
  })

  it.each([429, 500, 503])('are asked for again after a %d', async status => {
    const { server, connection } = await ours({ referrers: { [await path()]: listOf(attachment) } })
    server.fault({ path: /referrers/, status, times: 2 })
    expect(await referrers(connection, server)).toEqual([attachment])
    expect(connection.retries).toHaveLength(2)
  })

  it('are an error where the registry keeps failing', async () => {
    const { server, connection } = await ours()
    server.fault({ path: /referrers/, status: 503 })
    const error = await failure(referrers(connection, server))
    expect(error.code).toBe('REGISTRY_FAILED')
    expect(error.message).toContain(`what is attached to ${server.host}/${repository}@sha256:`)
  })

  it.each([
    ['a list that is none', Buffer.from('{"schemaVersion":2}'), 'CONTENT_MISMATCH'],
    ['a list of 5 MiB', Buffer.alloc(5 * 2 ** 20, ' '), 'REGISTRY_FAILED'],
  ])('%s is an error', async (_, bytes, code) => {
    const { server, connection } = await ours({ referrers: { [await path()]: listOf() } })
    server.fault({ path: /referrers/, bytes })
    expect((await failure(referrers(connection, server))).code).toBe(code)
  })

  it('are not followed to another host: credentials would go with it', async () => {
    const other = await ours()
    const { server, connection } = await ours({ referrers: { [await path()]: listOf(attachment) } })
    const before = other.server.requests.length
    const link = `<http://${other.server.host}${await path('?page=2')}>; rel="next"`
    server.fault({ path: /referrers/, headers: { link } })
    expect(await referrers(connection, server)).toEqual([attachment])
    expect(other.server.requests).toHaveLength(before)
  })

  it('that lead in a circle end', async () => {
    const here = await path()
    const { server, connection } = await ours({ referrers: { [here]: listOf(attachment) } })
    server.fault({ path: /referrers/, headers: { link: `<${here}>; rel="next"` } })
    expect(await referrers(connection, server)).toHaveLength(20)
  })
})

describe('a manifest that may be there', () => {
  const missing = (host: string) => referenceTo(host, `${repository}:sha256-0.sig`)

  it('is given when it is', async () => {
    const { server, connection } = await ours()
    const docker = referenceTo(server.host, `${repository}:docker`)
    const found = await connection.registry.find(docker, await subjectDigest())
    expect(found?.descriptor.mediaType).toBe(mediaTypes.dockerManifest)
  })

  it.each([401, 403, 404])('is absent where the registry answers %d', async status => {
    const { server, connection } = await ours()
    server.fault({ path: /sha256-0/, status })
    expect(await connection.registry.find(missing(server.host), await subjectDigest())).toBeUndefined()
  })

  it('is absent where a 400 says so in words, and unknown where it does not', async () => {
    const { server, connection } = await ours()
    const find = async () => connection.registry.find(missing(server.host), await subjectDigest())
    const fault = { path: /sha256-0/, status: 400, times: 1 }
    server.fault({ ...fault, error: { code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' } })
    expect(await find()).toBeUndefined()
    server.fault({ ...fault, error: { code: 'UNSUPPORTED', message: 'what is this?' } })
    expect(await failure(find())).toMatchObject({
      code: 'REGISTRY_FAILED',
      message: expect.stringContaining('answered 400 UNSUPPORTED'),
    })
    expect(connection.retries).toEqual([])
  })

  it.each([429, 503])('is asked for again after a %d, and an error when that stays', async status => {
    const { server, connection } = await ours()
    server.fault({ path: /sha256-0/, status, times: 1 })
    expect(await connection.registry.find(missing(server.host), await subjectDigest())).toBeUndefined()
    expect(connection.retries).toHaveLength(1)
    server.fault({ path: /sha256-0/, status })
    const again = failure(connection.registry.find(missing(server.host), await subjectDigest()))
    expect((await again).code).toBe('REGISTRY_FAILED')
  })

  it('is asked for where the image came from, and nowhere else', async () => {
    const [empty, full, last] = [await start({ images: {} }), await start(), await start()]
    const mirrors = { 'r.invalid': [empty, full, last].map(({ host }) => `http://${host}`) }
    const connection = open('r.invalid', { mirrors })
    await connection.registry.manifest(referenceTo('r.invalid'))
    const counts = () => [empty, full, last].map(({ requests }) => requests.length)
    expect(counts()).toEqual([1, 1, 0])
    const subject = await subjectDigest()
    expect(await connection.registry.find(missing('r.invalid'), subject)).toBeUndefined()
    expect(await connection.registry.referrers(referenceTo('r.invalid', repository), subject)).toBeUndefined()
    expect(counts()).toEqual([1, 3, 0])
  })
})

it('the real registry has no referrers API, and no tag that was not pushed', async () => {
  const server = await startRegistry()
  keep(() => server.stop())
  await pushImages(server.host, undefined)
  const connection = open(server.host)
  const { descriptor } = await connection.registry.manifest(referenceTo(server.host))
  expect(await connection.registry.referrers(referenceTo(server.host), descriptor.digest)).toBeUndefined()
  const tag = referenceTo(server.host, `${repository}:sha256-0.sig`)
  expect(await connection.registry.find(tag, descriptor.digest)).toBeUndefined()
}, 240_000)
