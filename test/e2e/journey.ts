/** One site and the connected side that its bundle comes from, for the story that site.test.ts tells. */
import { basename, join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect } from 'vitest'
import { startCluster, type TestCluster } from '../support/cluster/index.ts'
import { testExecutable } from '../support/executable.ts'
import { asAdministrator, asPrinted, makeInstaller } from '../support/installer.ts'
import { watchArguments, watchSecrets } from '../support/leaks.ts'
import { readmeSection } from '../support/readme.ts'
import { type Finished, type RunOptions, sealift, startSite, type TestSite } from '../support/road.ts'
import { type Sandbox, startSandbox } from '../support/sandbox.ts'

/** What each part of the story works with. */
export class Journey {
  readonly sandbox: Sandbox
  readonly site: TestSite
  /** The bundle in the folder that was carried: the site's own, with site.yaml in it. */
  readonly carried: string
  /** All that the CLI has said so far. */
  readonly spoken: string[]
  /** Every secret that the site has had so far. */
  readonly secrets: ReadonlySet<string>
  /** The arguments of every process since before the bundle was locked. */
  readonly args: ReadonlySet<string>

  constructor(
    sandbox: Sandbox,
    [site, carried]: readonly [TestSite, string],
    secrets: ReadonlySet<string>,
    args: ReadonlySet<string>,
  ) {
    this.sandbox = sandbox
    this.site = site
    this.carried = carried
    this.spoken = [...sandbox.spoken]
    this.secrets = secrets
    this.args = args
  }

  /** Runs the CLI that was carried, in its folder on the node, where nothing but the cluster can be reached. */
  async run(args: readonly string[], options: RunOptions = { inside: this.site.cluster }): Promise<Finished> {
    const { dir } = this.site
    const finished = await sealift(args, { cwd: dir, program: join(dir, 'sealift'), ...options })
    this.spoken.push(finished.stdout, finished.stderr)
    return finished
  }

  /**
   * What the README has somebody type, as it stands but for this bundle's name: of a section the shortest command with
   * these words. @throws Error where there is none
   */
  async typed(heading: string, ...has: string[]): Promise<string[]> {
    const { commands } = await readmeSection(heading)
    const [found] = commands
      .filter(words => has.every(word => words.includes(word)))
      .toSorted((a, b) => a.length - b.length)
    if (found === undefined) throw new Error(`no command in ${heading} has ${has.join(' ')}`)
    return found.map(word => (word === 'infisical-1.0.0.tar' ? basename(this.carried) : word))
  }

  async json<T>(args: readonly string[]): Promise<T & { exitCode: number }> {
    const { stdout, exitCode } = await this.run(args.includes('--json') ? args : [...args, '--json'])
    return { ...(JSON.parse(stdout) as T), exitCode }
  }

  /** Installs the bundle, or another one, for this site or as another site file says. */
  install(change: { bundle?: string; file?: string; flags?: string[] } = {}, options?: RunOptions) {
    const { bundle = this.carried, file = this.site.siteFile, flags = [] } = change
    return this.run(['install', bundle, '-c', file, '-q', ...flags], options)
  }

  /** kubectl with words that have no spaces, then arguments as they are. */
  kubectl(words: string, ...args: string[]): Promise<string> {
    return this.site.cluster.kubectl([...words.split(' '), ...args])
  }

  /** Gives the CLI's account what `sealift rbac` prints for a site file, and nothing else. */
  grant(file = this.site.siteFile): Promise<void> {
    return asPrinted(this.site.cluster, this.sandbox.bundle, file)
  }

  /** Gives it everything, for as long as the work takes: what Roles are in is taken away. */
  async elevated(work: () => Promise<unknown>): Promise<void> {
    await asAdministrator(this.site.cluster)
    await work()
    await this.grant()
  }

  /** Makes a Secret beside those of the shared services; its values are in no argument list. */
  secret(name: string, stringData: Readonly<Record<string, string>>): Promise<string> {
    const metadata = { name, namespace: 'databases' }
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata, stringData }
    return this.site.cluster.kubectl(['create', '-f', '-'], JSON.stringify(secret))
  }

  async ctr(words: string): Promise<string> {
    const { ctr, address } = this.site.cluster.containerd
    const [command = '', ...first] = ctr
    const args = [...first, '-a', address, '-n', 'k8s.io', ...words.split(' ')]
    return String((await this.site.cluster.exec(command, args)).stdout)
  }

  /** Asks the shared PostgreSQL. Its password goes by standard input: tests look for it in all arguments. */
  sql(statement: string): Promise<string> {
    const script = 'read -r PGPASSWORD; export PGPASSWORD; exec "$@"'
    const psql = ['/usr/lib/postgresql/15/bin/psql', '-h', '127.0.0.1', '-U', 'postgres', '-Atc', statement]
    const words = ['-n', 'databases', 'exec', '-i', 'deployment/postgres-cluster-rw', '--']
    return this.site.cluster.kubectl(
      [...words, 'sh', '-c', script, 'sh', ...psql],
      `${this.site.passwords.postgres}\n`,
    )
  }

  /** The namespaces that an install makes and that are there. */
  async namespaces(): Promise<string[]> {
    const names = await this.kubectl('get namespaces -o jsonpath={.items[*].metadata.name}')
    return names.split(' ').filter(name => ['infisical', 'external-secrets', 'sealift-system'].includes(name))
  }

  /** Makes the receipt name another bundle. */
  rename(name: string, version: string): Promise<string> {
    const patch = JSON.stringify({ data: { name, version } })
    return this.kubectl('-n sealift-system patch configmap sealift-receipt -p', patch)
  }
}

/** Both sides, as the parts of a story find them. */
export interface Sides {
  /** The connected side with its bundle: from the first test on. */
  readonly sandbox: () => Sandbox
  /** Declares that what follows is at the site, and gives it. */
  arrive(): () => Journey
}

/** Starts both sides before the first test of a file, and stops them after the last. */
export function sides(): Sides {
  let sandbox: Sandbox | undefined
  let args: ReturnType<typeof watchArguments>
  let starting: Promise<TestCluster>
  const stops: (() => Promise<unknown>)[] = []
  beforeAll(async () => {
    args = watchArguments()
    stops.push(() => args.stop())
    // For most of its start the cluster waits: let the bundle be built and looked at meanwhile.
    starting = startCluster()
    const started = starting.catch(() => undefined) // why not is told where the site is reached
    stops.push(async () => (await started)?.stop())
    sandbox = await startSandbox()
    stops.push(sandbox.stop)
  })
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop()
  })
  const there = () => {
    if (sandbox === undefined) throw new Error('the connected side has not started')
    return sandbox
  }
  return {
    sandbox: there,
    arrive() {
      let made: Journey | undefined
      beforeAll(async () => {
        const { connected, key, bundle, dir } = there()
        const carrier = join(dir, 'carrier')
        const words = [
          'carry',
          bundle,
          '-o',
          carrier,
          '--key',
          key.path,
          '--executable',
          await testExecutable(),
        ]
        expect(await sealift(words, { env: key.env })).toMatchObject({ exitCode: 0 })
        const cluster = await starting
        // The CLI is no administrator: an account of its own, whose rights the story sees to.
        const kubeconfig = await makeInstaller(cluster)
        const fields = { keys: [key.publicKey], cluster: { kubeconfig } }
        const site = await startSite(cluster, connected.archives, () => {}, fields)
        stops.push(() => site.stop())
        await execa('cp', ['-rl', `${carrier}/.`, site.dir])
        const secrets = await watchSecrets(site.cluster)
        stops.push(async () => secrets.stop())
        for (const secret of Object.values(key.env)) secrets.found.add(secret)
        made = new Journey(there(), [site, join(site.dir, basename(bundle))], secrets.found, args.seen)
      })
      return () => {
        if (made === undefined) throw new Error('the journey has not begun')
        return made
      }
    },
  }
}
