/** Registries and connections that tests open, closed when a test ends, last first. */
import { afterEach } from 'vitest'
import type { Descriptor, Reference } from '../../../src/kernel/oci/index.ts'
import {
  type FaultyOptions,
  type FaultyRegistry,
  startFaultyRegistry,
} from '../../support/faulty-registry.ts'
import { type Connect, connect, type TestConnection } from './connect.ts'
import { referenceTo, servedImages, testLayer } from './images.ts'

/** A registry of ours, a connection to it, and what is read of it. */
interface Opened extends TestConnection {
  readonly server: FaultyRegistry
  readonly reference: Reference
  readonly layer: Descriptor
}

/** Ways to open what the tests of one file need; called once in it. */
export function closedAfterEach() {
  const closing: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })

  /** Has something else closed as well. */
  const keep = (close: () => Promise<unknown>) => void closing.push(close)

  /** Connects to a registry; see `connect`. */
  function open(host: string, options?: Connect): TestConnection {
    const connection = connect(host, options)
    keep(connection.close)
    return connection
  }

  /** Starts a registry of ours, which has the test images unless it is given others. */
  async function start(options: FaultyOptions = {}): Promise<FaultyRegistry> {
    const server = await startFaultyRegistry({ images: await servedImages(), ...options })
    keep(server.stop)
    return server
  }

  /** Starts a registry with the test images, and connects to it. */
  async function faulty(): Promise<Opened> {
    const server = await start()
    return { ...open(server.host), server, reference: referenceTo(server.host), layer: await testLayer() }
  }

  return { keep, open, start, faulty }
}
