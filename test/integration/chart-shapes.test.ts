/** Charts of shapes that only few have, in a real registry: what helm itself pulls, Sealift takes, byte for byte. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRegistry } from '../../src/adapters/registry/index.ts'
import { type Descriptor, digestOf, mediaTypes } from '../../src/kernel/oci/index.ts'
import { writePackage } from '../../src/kernel/packages/index.ts'
import { resolveChart } from '../../src/seal/resolve/index.ts'
import { startRegistry } from '../support/connected/registry.ts'
import { memoryFiles } from '../support/memory-files.ts'
import { memoryWeb } from '../support/memory-registry.ts'
import { RecordingClock } from '../support/recording-clock.ts'
import { goTool } from '../support/tools/build.ts'

const repository = 'charts/one'
const metadata = 'apiVersion: v2\nname: one\nversion: 1.2.3\n'
const packed = Buffer.from(writePackage([{ path: 'one/Chart.yaml', bytes: Buffer.from(metadata) }]))
const on = (image: Descriptor, architecture: string) => ({
  ...image,
  platform: { os: 'linux', architecture },
})

let server: Awaited<ReturnType<typeof startRegistry>>
let connection: ReturnType<typeof createRegistry>
let folder: string
beforeAll(async () => {
  server = await startRegistry()
  folder = await mkdtemp(join(tmpdir(), 'sealift-chart-shapes-'))
  const file = JSON.stringify({ mirrors: { [server.host]: { endpoint: [`http://${server.host}`] } } })
  connection = createRegistry({
    registries: { path: 'registries.yaml', text: file },
    clock: new RecordingClock(),
    environment: { HOME: '/nonexistent' },
  })
}, 240_000)
afterAll(async () => {
  await connection?.close()
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

const base = () => `http://${server.host}/v2/${repository}`

async function sent(
  url: string | URL,
  method: string,
  body?: Buffer,
  mediaType = 'application/octet-stream',
) {
  const answer = await fetch(url, {
    method,
    ...(body === undefined ? {} : { body: new Uint8Array(body) }),
    headers: { 'content-type': mediaType },
  })
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`)
  return answer
}

async function blob(bytes: Buffer, mediaType: string): Promise<Descriptor> {
  const digest = digestOf(bytes)
  const opened = await sent(`${base()}/blobs/uploads/`, 'POST')
  const place = new URL(opened.headers.get('location') ?? '', base())
  place.searchParams.set('digest', digest)
  await sent(place, 'PUT', bytes)
  return { mediaType, digest, size: bytes.length }
}

async function put(tag: string, document: object, mediaType: string = mediaTypes.ociManifest) {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...document }))
  await sent(`${base()}/manifests/${tag}`, 'PUT', bytes, mediaType)
  return { mediaType, digest: digestOf(bytes), size: bytes.length }
}

const chart = async (tag: string, layerType: string = mediaTypes.helmChart) =>
  put(tag, {
    config: await blob(Buffer.from('{"name":"one","version":"1.2.3"}'), mediaTypes.helmConfig),
    layers: [await blob(packed, layerType)],
  })

const image = async (architecture: string) => {
  const config = Buffer.from(JSON.stringify({ os: 'linux', architecture }))
  const layer = await blob(Buffer.from(`for ${architecture}`), 'application/vnd.oci.image.layer.v1.tar')
  return on(
    await put(architecture, {
      config: await blob(config, 'application/vnd.oci.image.config.v1+json'),
      layers: [layer],
    }),
    architecture,
  )
}

/** What helm pulls of the version. */
async function pulled(): Promise<Buffer> {
  const url = `oci://${server.host}/${repository}`
  const options = ['--version', '1.2.3', '--plain-http', '--destination', folder]
  await execa(await goTool('helm'), ['pull', url, ...options], { env: { HOME: folder } })
  return readFile(join(folder, 'one-1.2.3.tgz'))
}

const resolved = (version = '1.2.3') =>
  resolveChart(
    {
      ...{ name: 'one', version, release: 'one', namespace: 'one', values: [], timeoutSeconds: 60 },
      oci: `${server.host}/${repository}`,
    },
    { specDir: 'spec', files: memoryFiles(), web: memoryWeb({}), registry: connection.registry },
  )

test('an index of images and a chart', async () => {
  const served = await chart('inner')
  const manifests = [await image('amd64'), await image('arm64'), served]
  await put('1.2.3', { manifests }, mediaTypes.ociIndex)
  const found = await resolved()
  expect(found.artifact?.manifest.descriptor).toEqual(served)
  expect(Buffer.from(found.package)).toEqual(await pulled())
})

test('an index in which another one has the chart', async () => {
  const served = await chart('inner')
  const nested = await put('nested', { manifests: [served] }, mediaTypes.ociIndex)
  await put('1.2.3', { manifests: [await image('amd64'), nested] }, mediaTypes.ociIndex)
  expect((await resolved()).artifact?.manifest.descriptor).toEqual(served)
  expect(packed).toEqual(await pulled())
})

test('a chart as helm before 3.7 pushed it', async () => {
  await chart('1.2.3', 'application/tar+gzip')
  expect(Buffer.from((await resolved()).package)).toEqual(await pulled())
})

test('a version that is not there is told with those that are', async () => {
  for (const version of ['1.2.3', '1.3.0', '2.0.0_build.1']) await chart(version)
  await expect(resolved('1.2.4')).rejects.toMatchObject({
    code: 'CHART_NOT_FOUND',
    hints: ['Nearest versions there: 2.0.0+build.1, 1.3.0, 1.2.3.'],
  })
})
