/** The two ends of the road on one machine, for the demo and the end-to-end tests: a site to install at, and the CLI. */
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { execa, type Options } from 'execa'
import { printYaml } from '../../src/kernel/yaml/index.ts'
import type { TestCluster } from './cluster/index.ts'
import { type ConnectedSide, databaseManifests } from './connected/index.ts'
import { testExecutable } from './executable.ts'
import { requireOutput } from './outputs.ts'
import type { Log } from './setup.ts'

const root = join(import.meta.dirname, '..', '..')

/** A disconnected cluster with the shared services that a site has before Sealift comes, and its site file. */
export interface TestSite {
  readonly cluster: TestCluster
  /** Working folder; site.yaml and whatever a run leaves behind are in it. */
  readonly dir: string
  readonly siteFile: string
  /** The shared services' passwords: no output may show them. */
  readonly passwords: { readonly postgres: string; readonly redis: string }
  /** Writes another site file beside the first, with top-level fields replaced; gives its path. */
  variant(name: string, changes: Readonly<Record<string, unknown>>): Promise<string>
  stop(): Promise<void>
}

function siteYaml(cluster: TestCluster, changes: Readonly<Record<string, unknown>>): string {
  const { address, ctr } = cluster.containerd
  return printYaml({
    apiVersion: 'sealift.dev/v1',
    kind: 'Site',
    metadata: { name: 'sandbox' },
    cluster: { kubeconfig: cluster.kubeconfig },
    containerd: { ctr, address },
    organization: 'openova',
    escrow: 'none',
    admin: { email: 'admin@site.local' },
    database: {
      host: 'postgres-cluster-rw.databases.svc',
      tls: 'disable',
      admin: { namespace: 'databases', name: 'postgres-superuser' },
    },
    dragonfly: {
      host: 'dragonfly.databases.svc',
      database: 3,
      password: { namespace: 'databases', name: 'dragonfly-auth', key: 'password' },
    },
    ...changes,
  })
}

/**
 * Starts a site's shared services on a cluster, which ends with it. `fields` are top-level fields that every site
 * file has, beside those that lead to the cluster. @throws Error when one does not come up; nothing is left then.
 */
export async function startSite(
  cluster: TestCluster,
  archives: ConnectedSide['archives'],
  log: Log,
  fields: Readonly<Record<string, unknown>> = {},
): Promise<TestSite> {
  const dir = await mkdtemp(join(tmpdir(), 'sealift-site-'))
  const stop = async () => {
    await cluster.stop()
    await rm(dir, { recursive: true, force: true })
  }
  try {
    const passwords = { postgres: randomBytes(16).toString('hex'), redis: randomBytes(16).toString('hex') }
    log('importing PostgreSQL, and Redis in the place of Dragonfly: the services that the site shares')
    await cluster.importArchive(archives.postgres)
    await cluster.importArchive(archives.redis)
    await cluster.kubectl(
      ['apply', '-f', '-'],
      databaseManifests(passwords)
        .map(object => JSON.stringify(object))
        .join('\n---\n'),
    )
    for (const name of ['postgres-cluster-rw', 'dragonfly']) {
      await cluster.kubectl(['-n', 'databases', 'rollout', 'status', `deployment/${name}`, '--timeout=300s'])
    }
    const variant = async (name: string, changes: Readonly<Record<string, unknown>>) => {
      const path = join(dir, `${name}.yaml`)
      await writeFile(path, siteYaml(cluster, { ...fields, ...changes }))
      return path
    }
    const siteFile = await variant('site', {})
    return { cluster, dir, siteFile, passwords, variant, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** How a run of the CLI ended. */
export interface Finished {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Where and how the CLI runs. */
export interface RunOptions {
  /** Runs at this site: as the executable that is carried, where nothing but the cluster can be reached and nothing but `ctr` run. */
  readonly inside?: TestCluster
  /** The executable that runs there; the one of the tests when left out. */
  readonly program?: string
  readonly env?: Readonly<Record<string, string>>
  /** Where it runs; the checkout when left out. */
  readonly cwd?: string
  /** Shows stderr (progress) as it comes. */
  readonly show?: boolean
  readonly signal?: AbortSignal
  /** How it is ended when the signal is aborted; SIGTERM when left out. */
  readonly killSignal?: 'SIGTERM' | 'SIGKILL'
}

/** Runs the CLI as a user does, in a process of its own: compiled, and at a site as the one executable. */
export async function sealift(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const settings = {
    cwd: options.cwd ?? root,
    reject: false as const,
    stdin: 'ignore' as const,
    stderr: options.show ? (['inherit', 'pipe'] as const) : ('pipe' as const),
    ...(options.signal ? { cancelSignal: options.signal, killSignal: options.killSignal ?? 'SIGTERM' } : {}),
  }
  const { exitCode, stdout, stderr } = options.inside
    ? await atSite(options.inside, args, options, settings)
    : await execa(process.execPath, [join(root, 'dist', 'bin.js'), ...args], {
        ...settings,
        env: { ...options.env },
      })
  const finished = { exitCode: exitCode ?? -1, stdout: String(stdout), stderr: String(stderr) }
  // One that was killed has printed nothing.
  if (args.includes('--json') && finished.stdout !== '') requireOutput(args, finished.stdout)
  return finished
}

/** Of this process's environment nothing gets in: PATH leads to `ctr` alone, and nobody, root included, can write to HOME. */
async function atSite<T extends Options>(
  cluster: TestCluster,
  args: readonly string[],
  { env, program }: RunOptions,
  settings: T,
) {
  const { PATH = await pathToCtr(cluster), ...more } = env ?? {}
  executable ??= testExecutable()
  const words = [`PATH=${PATH}`, 'HOME=/proc', program ?? (await executable), ...args]
  const own = { PATH: process.env['PATH'] ?? '', ...more }
  return await cluster.exec('env', words, { ...settings, env: own, extendEnv: false })
}

let executable: Promise<string> | undefined

/** Empty where the site file names `ctr` by its path; else a folder with nothing else in it. */
async function pathToCtr({ dir, containerd: { ctr } }: TestCluster): Promise<string> {
  const [program = ''] = ctr
  if (isAbsolute(program)) return ''
  const folder = join(dir, 'only-ctr')
  await mkdir(folder, { recursive: true })
  const { stdout: found } = await execa('which', [program])
  await symlink(found, join(folder, program)).catch(() => {})
  return folder
}

/** The same with `--json`: stdout parsed. @throws Error with stderr when stdout is not one JSON object */
export async function sealiftJson<T>(
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished & { json: T }> {
  const finished = await sealift([...args, '--json'], options)
  try {
    return { ...finished, json: JSON.parse(finished.stdout) as T }
  } catch {
    throw new Error(
      `sealift ${args[0]} --json printed no JSON (exit ${finished.exitCode}):\n${finished.stdout}\n${finished.stderr}`,
    )
  }
}
