/** A key that signs bundles, as a user makes one. */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { sealift } from './road.ts'

/** A key on disk, and what it takes to use it. */
export interface TestKey {
  /** Path of the private key. */
  readonly path: string
  /** Text of the public key, as it goes into a site file. */
  readonly publicKey: string
  /** The environment that holds its passphrase. */
  readonly env: Readonly<Record<string, string>>
}

/** Makes `<path>.key` and `<path>.pub` with a passphrase of its own. @throws Error with the CLI's words */
export async function makeKey(path: string): Promise<TestKey> {
  const env = { SEALIFT_KEY_PASSPHRASE: randomBytes(16).toString('hex') }
  const { exitCode, stderr } = await sealift(['keys', 'new', path], { env })
  if (exitCode !== 0) throw new Error(`sealift keys new failed:\n${stderr}`)
  return { path: `${path}.key`, publicKey: await readFile(`${path}.pub`, 'utf8'), env }
}
