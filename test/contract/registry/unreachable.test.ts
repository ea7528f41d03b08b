/** Registries that nobody reaches: nobody is there, no such name, or no TLS. */
import { expect, it } from 'vitest'
import { startFaultyRegistry } from '../../support/faulty-registry.ts'
import { failure } from './connect.ts'
import { referenceTo, repository } from './images.ts'
import { closedAfterEach } from './opening.ts'

const { open, start } = closedAfterEach()

it('says in one line that nobody is there', async () => {
  const { host, stop } = await startFaultyRegistry()
  await stop()
  const error = await failure(open(host).registry.manifest(referenceTo(host)))
  expect(error.code).toBe('REGISTRY_UNREACHABLE')
  const why = 'connection refused (ECONNREFUSED), tried 5 times'
  expect(error.message).toBe(`${host}/${repository}:oci: cannot reach http://${host}: ${why}`)
  expect(error.hints.join(' ')).toContain('A bundle is built on a connected host')
  expect(error.hints.join(' ')).toContain('--registries')
})

it('says that a host name does not exist, without trying five times', async () => {
  const { registry, clock } = open('127.0.0.1:9')
  const error = await failure(registry.manifest(referenceTo('registry.invalid', 'team/app:v1')))
  expect(error.code).toBe('REGISTRY_UNREACHABLE')
  expect(error.message).toMatch(
    /^registry\.invalid\/team\/app:v1: cannot reach https:\/\/registry\.invalid: .*\(E/,
  )
  expect(error.message).not.toContain('\n')
  expect(clock.sleeps.length).toBeLessThan(2)
})

it('speaks TLS unless http:// is written, and says so', async () => {
  const server = await start()
  const error = await failure(open('other.invalid').registry.manifest(referenceTo(server.host)))
  expect(error.code).toBe('REGISTRY_UNREACHABLE')
  expect(error.message).toContain(`cannot talk to https://${server.host}: it does not speak TLS`)
  expect(error.hints[0]).toContain(`["http://${server.host}"]`)
  expect(server.requests).toHaveLength(0)
})
