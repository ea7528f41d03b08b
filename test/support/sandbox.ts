/** A connected side with a bundle built from bundles/sandbox, for tests that need a real one. */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { esoVersion, olderEsoVersion } from './connected/eso.ts'
import { type ConnectedSide, startConnectedSide } from './connected/index.ts'
import { newerStandInVersion, standInVersion } from './connected/infisical-image.ts'
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

/** Versions of it, of which each is what the first is upgraded to. */
export interface SandboxPair extends Omit<Sandbox, 'bundle'> {
  /** 0.9.0, with an older External Secrets Operator. */
  readonly older: string
  /** 1.1.0, with a newer stand-in, which has further migrations. */
  readonly newer: string
  /** 1.0.5: the older one with the newer stand-in, for which it waits for 25 seconds only: for servers that never come up. */
  readonly hasty: string
  /**
   * Makes 1.2.0: the newer one with the values files of a fit behind its own, without what the older one has. Gives its path.
   * @param values a folder with what `budget fit -o` has written
   */
  fitted(values: string): Promise<string>
}

const folder = join(root, 'bundles', 'sandbox')

/** Starts the connected side, locks and builds. @throws Error with the CLI's words when a step fails */
export async function startSandbox(): Promise<Sandbox> {
  return await making(false, async ({ dir, spec, make, ...made }) => {
    await cp(folder, spec, { recursive: true })
    await make(['lock', spec])
    await make(['build', spec, '-o', dir, '--key', made.key.path])
    return { ...made, dir, spec, bundle: join(dir, 'sandbox-1.0.0.tar') }
  })
}

/** The same with several versions. `spec` is the newer one's folder. */
export async function startSandboxPair(): Promise<SandboxPair> {
  return await making(true, async ({ dir, spec, make, ...made }) => {
    const before = join(dir, 'older')
    const olderOperator = [esoVersion, olderEsoVersion] as const
    await specOf(before, [['version: 1.0.0', 'version: 0.9.0'], olderOperator])
    const next = [
      [`version: ${standInVersion}-standin`, `version: ${newerStandInVersion}-standin`],
      [`tag: ${standInVersion}`, `tag: ${newerStandInVersion}`],
    ] as const
    await specOf(spec, [['version: 1.0.0', 'version: 1.1.0'], ...next])
    const impatient = join(dir, 'hasty')
    await specOf(impatient, [
      ['version: 1.0.0', 'version: 1.0.5'],
      // Three starts of a server that fails come by in 20 to 30 seconds, on a machine with much else to do.
      ['timeoutSeconds: 300', 'timeoutSeconds: 45'],
      ...[olderOperator, ...next],
    ])
    for (const one of [before, impatient, spec]) {
      await make(['lock', one])
      await make(['build', one, '-o', dir, '--key', made.key.path])
    }
    const fitted = async (values: string) => {
      const [wanted, delta] = [join(dir, 'fitted'), join(dir, 'delta')]
      await cp(values, join(wanted, 'values'), { recursive: true })
      const behind = (own: string, chart: string) =>
        [`[values/${own}.yaml]`, `[values/${own}.yaml, values/${chart}.fit.yaml]`] as const
      await specOf(wanted, [
        ...[['version: 1.0.0', 'version: 1.2.0'] as const, ...next],
        ...[behind('external-secrets', 'external-secrets'), behind('infisical', 'infisical-standalone')],
      ])
      await make(['lock', wanted])
      const since = join(before, 'bundle.lock.yaml')
      await make(['build', wanted, '-o', delta, '--key', made.key.path, '--since', since])
      const [file = ''] = (await readdir(delta)).filter(name => name.endsWith('.tar'))
      return join(delta, file)
    }
    const of = (version: string) => join(dir, `sandbox-${version}.tar`)
    const bundles = { older: of('0.9.0'), hasty: of('1.0.5'), newer: of('1.1.0') }
    return { ...made, dir, spec, ...bundles, fitted }
  })
}

/** A copy of the spec in which texts are others, in every one of its files. */
async function specOf(to: string, changes: readonly (readonly [string, string])[]): Promise<void> {
  await cp(folder, to, { recursive: true })
  const names = (await readdir(to, { recursive: true })).filter(
    name => name.endsWith('.yaml') && !name.includes('lock'),
  )
  for (const name of names) {
    let text = await readFile(join(to, name), 'utf8')
    for (const [from, other] of changes) text = text.replaceAll(from, other)
    await writeFile(join(to, name), text)
  }
}

type Making = Omit<Sandbox, 'bundle'> & { make(words: readonly string[]): Promise<void> }

async function making<T>(upgrades: boolean, work: (making: Making) => Promise<T>): Promise<T> {
  const connected = await startConnectedSide(() => {}, upgrades)
  const dir = await mkdtemp(join(tmpdir(), 'sealift-sandbox-'))
  const stop = async () => {
    await connected.stop()
    await rm(dir, { recursive: true, force: true })
  }
  const registries = ['--registries', connected.registriesFile]
  const key = await makeKey(join(dir, 'release'))
  const spoken: string[] = []
  const make = async (words: readonly string[]) => {
    const { exitCode, stdout, stderr } = await sealift([...words, ...registries], { env: key.env })
    spoken.push(stdout, stderr)
    if (exitCode !== 0) throw new Error(`sealift ${words[0]} failed:\n${stderr}`)
  }
  try {
    return await work({ connected, dir, spec: join(dir, 'sandbox'), registries, key, spoken, stop, make })
  } catch (error) {
    await stop()
    throw error
  }
}
