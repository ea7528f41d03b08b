/** A connected side with a bundle built from bundles/sandbox, for tests that need a real one. */
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConnectedSide, startConnectedSide } from './connected/index.ts'
import { sealift } from './road.ts'
import { makeKey, type TestKey } from './signing.ts'

const root = join(import.meta.dirname, '..', '..')

/** A locked copy of bundles/sandbox, and the bundle that was built from it. */
export interface Sandbox {
  readonly connected: ConnectedSide
  readonly dir: string
  /** Folder with bundle.yaml and bundle.lock.yaml. */
  readonly spec: string
  readonly bundle: string
  /** What the bundle is signed with. */
  readonly key: TestKey
  /** The flags that lead to the connected side. */
  readonly registries: readonly string[]
  /** What the CLI said while it was made. */
  readonly spoken: readonly string[]
  stop(): Promise<void>
}

/** Starts the connected side, locks and builds. @throws Error with the CLI's words when a step fails */
export async function startSandbox(): Promise<Sandbox> {
  const connected = await startConnectedSide(() => {})
  const dir = await mkdtemp(join(tmpdir(), 'sealift-sandbox-'))
  const stop = async () => {
    await connected.stop()
    await rm(dir, { recursive: true, force: true })
  }
  const spec = join(dir, 'sandbox')
  const registries = ['--registries', connected.registriesFile]
  await cp(join(root, 'bundles', 'sandbox'), spec, { recursive: true })
  const key = await makeKey(join(dir, 'release'))
  const spoken: string[] = []
  for (const args of [
    ['lock', spec],
    ['build', spec, '-o', dir, '--key', key.path],
  ]) {
    const { exitCode, stdout, stderr } = await sealift([...args, ...registries], { env: key.env })
    spoken.push(stdout, stderr)
    if (exitCode === 0) continue
    await stop()
    throw new Error(`sealift ${args[0]} failed:\n${stderr}`)
  }
  const bundle = join(dir, 'sandbox-1.0.0.tar')
  return { connected, dir, spec, registries, key, bundle, spoken, stop }
}
