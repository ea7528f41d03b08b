import {
  createRegistry,
  type RegistryConnection,
  type RegistryOptions,
} from '../../../src/adapters/registry/index.ts'
import { SealiftError } from '../../../src/kernel/errors/index.ts'
import { RecordingClock } from '../../support/recording-clock.ts'

/** Settings of one test connection. */
export interface Connect {
  /** Mirrors by registry; each host is spoken to in plain HTTP. */
  readonly mirrors?: Readonly<Record<string, readonly string[]>>
  /** `configs.<host>.auth`. */
  readonly auth?: Readonly<Record<string, object>>
  readonly environment?: Readonly<Record<string, string>>
  readonly patience?: RegistryOptions['patience']
}

/** A connection with nothing of this machine's configuration, and what it told and waited. */
export type TestConnection = RegistryConnection & {
  readonly clock: RecordingClock
  readonly retries: readonly string[]
}

/** Connects; `host` is a registry on loopback that speaks plain HTTP. */
export function connect(
  host: string,
  { mirrors = {}, auth = {}, environment = {}, patience }: Connect = {},
): TestConnection {
  const clock = new RecordingClock()
  const retries: string[] = []
  const file = {
    mirrors: Object.fromEntries(
      Object.entries({ [host]: [`http://${host}`], ...mirrors }).map(([name, endpoint]) => [
        name,
        { endpoint },
      ]),
    ),
    configs: Object.fromEntries(Object.entries(auth).map(([name, value]) => [name, { auth: value }])),
  }
  const connection = createRegistry({
    registries: { path: '/etc/registries.yaml', text: JSON.stringify(file) },
    clock,
    environment: { HOME: '/nonexistent', ...environment },
    ...(patience ? { patience } : {}),
    onRetry: message => void retries.push(message),
  })
  return { ...connection, clock, retries }
}

/** The two ways of reading a blob: each chunk a copy of its own, or one that the next chunk overwrites. */
export const bothWays = [{ transient: false }, { transient: true }]

/** Everything an iterable gives. */
export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  // Copied, for a transient chunk is gone when the next one comes.
  for await (const chunk of chunks) parts.push(Buffer.from(chunk))
  return Buffer.concat(parts)
}

/** The SealiftError that a promise ends with; anything else fails the test. */
export async function failure(promise: Promise<unknown>): Promise<SealiftError> {
  const error = await promise.then(
    () => new Error('it succeeded'),
    (thrown: unknown) => thrown,
  )
  if (error instanceof SealiftError) return error
  throw new Error('expected a SealiftError', { cause: error })
}

/** All the text a user could see of an error. */
export function textOf(error: SealiftError): string {
  return [error.message, ...error.hints, ...error.faults, String(error.cause), JSON.stringify(error)].join(
    '\n',
  )
}
