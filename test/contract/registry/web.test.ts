import { afterEach, beforeEach, expect, it } from 'vitest'
import { bytes } from '../../../src/kernel/errors/index.ts'
import { type FaultyRegistry, startFaultyRegistry } from '../../support/faulty-registry.ts'
import { collect, connect, failure, type TestConnection } from './connect.ts'

const index = Buffer.from('apiVersion: v1\nentries: {}\n')
const chart = Buffer.from(Uint32Array.from({ length: 50_000 }, (_, i) => i).buffer)
let server: FaultyRegistry
let connection: TestConnection

beforeEach(async () => {
  server = await startFaultyRegistry({ files: { '/charts/index.yaml': index, '/charts/eso.tgz': chart } })
  connection = connect('127.0.0.1:9', { mirrors: { 'charts.invalid': [`http://${server.host}`] } })
})

afterEach(async () => {
  await connection.close()
  await server.stop()
})

it('reads a small text whole', async () => {
  const text = await connection.web.text(`http://${server.host}/charts/index.yaml`, index.length)
  expect(text).toBe(index.toString())
})

it('refuses a text that is longer than accepted', async () => {
  const url = `http://${server.host}/charts/index.yaml`
  const error = await failure(connection.web.text(`${url}?token=s3cret`, index.length - 1))
  expect(error.code).toBe('FILE_FAILED')
  expect(error.message).toBe(`${url}: larger than the ${bytes(index.length - 1)} that are accepted`)
})

it('streams a file, from any byte', async () => {
  for (const offset of [0, 77]) {
    const bytes = await collect(connection.web.stream(`http://${server.host}/charts/eso.tgz`, { offset }))
    expect(bytes.equals(chart.subarray(offset))).toBe(true)
  }
})

it('takes files from a mirror of their host', async () => {
  expect(await connection.web.text('https://charts.invalid/charts/index.yaml', 1000)).toBe(index.toString())
})

it('says that a file is not there', async () => {
  const url = `http://${server.host}/charts/none.yaml`
  const error = await failure(connection.web.text(`${url}?token=s3cret`, 1000))
  expect([error.code, error.message]).toEqual([
    'REGISTRY_FAILED',
    `${url}: not found at ${url} (404 MANIFEST_UNKNOWN: manifest unknown)`,
  ])
})

it('tries again, and says so', async () => {
  server.fault({ path: /index/, status: 502, times: 1 })
  await connection.web.text(`http://${server.host}/charts/index.yaml`, 1000)
  expect(connection.retries).toHaveLength(1)
})

it('says that a web server cannot be reached', async () => {
  const error = await failure(connection.web.text('https://nowhere.invalid/index.yaml', 1000))
  expect(error.code).toBe('REGISTRY_UNREACHABLE')
  expect(error.message).toContain(
    'https://nowhere.invalid/index.yaml: cannot reach https://nowhere.invalid: ',
  )
})

it.each(['ftp://charts.invalid/x', 'charts/index.yaml', 'https://me:s3cret@charts.invalid/'])(
  'refuses the address %s without repeating it',
  async address => {
    const error = await failure(connection.web.text(address, 1000))
    expect(error.code).toBe('SPEC_INVALID')
    expect(error.message).not.toContain(address)
  },
)
