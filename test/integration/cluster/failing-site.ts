/** A site for installs that fail: the CLI runs in processes of their own, which something happens to at a moment. */
import { chown, mkdir, readdir, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { createCluster } from '../../../src/adapters/cluster/index.ts'
import { adminSecretName, keysSecretName, systemNamespace } from '../../../src/kernel/access/index.ts'
import { leaseHolder } from '../../../src/kernel/lease/index.ts'
import { type Cluster, kinds } from '../../../src/kernel/ports/index.ts'
import { startCluster, type TestCluster } from '../../support/cluster/index.ts'
import { postgresUser } from '../../support/connected/postgres-image.ts'
import { type Finished, sealift, startSite, type TestSite } from '../../support/road.ts'
import { type Sandbox, startSandbox } from '../../support/sandbox.ts'

/** Whether something has come about, asked again and again. */
export type Moment = () => Promise<boolean>

/** How a run with `--json` ended: its result's or its error's fields. */
export interface Ended {
  readonly exitCode: number
  readonly stderr: string
  readonly json: Readonly<Record<string, unknown>>
}

/** A site, and what is done at it. */
export class FailingSite {
  readonly #sandbox: Sandbox
  readonly site: TestSite
  readonly cluster: TestCluster
  /** The API server, asked within this process. */
  readonly api: Cluster
  /** Where containerd keeps the content of images: a file system of its own, in memory. */
  readonly #content: string

  private constructor(sandbox: Sandbox, site: TestSite) {
    this.#sandbox = sandbox
    this.site = site
    this.cluster = site.cluster
    this.api = createCluster({ kubeconfig: site.cluster.kubeconfig, environment: {} })
    this.#content = join(site.cluster.containerdRoot, 'io.containerd.content.v1.content')
  }

  /** Starts it, with a bundle that is made meanwhile; its PostgreSQL keeps its data when its pod goes. */
  static async start(making: () => Promise<Sandbox> = startSandbox): Promise<FailingSite> {
    const starting = startCluster()
    const sandbox = await making().catch(async error => {
      await (await starting).stop()
      throw error
    })
    const cluster = await starting
    const site = await startSite(cluster, sandbox.connected.archives, () => {}, {
      keys: [sandbox.key.publicKey],
    })
    const failing = new FailingSite(sandbox, site)
    await failing.#moveContent()
    const data = join(cluster.dir, 'postgres')
    await mkdir(data)
    await chown(data, postgresUser.id, postgresUser.id)
    const volume = { name: 'data', emptyDir: null, hostPath: { path: data } }
    await failing.kubectl(
      '-n databases patch deployment postgres-cluster-rw -p',
      JSON.stringify({ spec: { template: { spec: { volumes: [volume] } } } }),
    )
    await failing.scalePostgres(1)
    return failing
  }

  async #moveContent(): Promise<void> {
    const memory = join(this.cluster.dir, 'content')
    await mkdir(memory)
    await execa('mount', ['-t', 'tmpfs', '-o', 'size=1g', 'tmpfs', memory])
    await execa('cp', ['-a', `${this.#content}/.`, memory])
    await execa('mount', ['--bind', memory, this.#content])
  }

  /** Leaves containerd's content room for so many kilobytes more than it takes now; without a number, for all. */
  async leaveRoom(kilobytes?: number): Promise<void> {
    if (kilobytes === undefined) await this.#resize('1g')
    else await this.#shrinkTo(kilobytes, 50)
  }

  /** A file system that takes more by now than it may is not made smaller: asked anew, while a load writes into it. */
  async #shrinkTo(kilobytes: number, tries: number): Promise<void> {
    const { blocks, bfree, bsize } = await statfs(join(this.cluster.dir, 'content'))
    const taken = Math.ceil(((blocks - bfree) * bsize) / 1024)
    await this.#resize(`${taken + kilobytes}k`).catch(error => {
      if (tries === 0) throw error
      return this.#shrinkTo(kilobytes, tries - 1)
    })
  }

  #resize(size: string): Promise<unknown> {
    return execa('mount', ['-o', `remount,size=${size}`, join(this.cluster.dir, 'content')])
  }

  async stop(): Promise<void> {
    await this.site.stop()
    await this.#sandbox.stop()
  }

  /** kubectl with words that have no spaces, then arguments as they are. */
  kubectl(words: string, ...args: string[]): Promise<string> {
    return this.cluster.kubectl([...words.split(' '), ...args])
  }

  async ctr(words: string): Promise<string> {
    const { ctr, address } = this.cluster.containerd
    const [command = '', ...first] = ctr
    return (await execa(command, [...first, '-a', address, '-n', 'k8s.io', ...words.split(' ')])).stdout
  }

  /** Asks the shared PostgreSQL; its password goes by standard input. */
  sql(statement: string, database = 'postgres'): Promise<string> {
    const script = 'read -r PGPASSWORD; export PGPASSWORD; exec "$@"'
    const psql = ['/usr/lib/postgresql/15/bin/psql', '-h', '127.0.0.1', '-U', 'postgres']
    const words = ['-n', 'databases', 'exec', '-i', 'deployment/postgres-cluster-rw', '--']
    const within = ['sh', '-c', script, 'sh', ...psql, '-d', database, '-Atc', statement]
    return this.cluster.kubectl([...words, ...within], `${this.site.passwords.postgres}\n`)
  }

  /** Takes PostgreSQL's pod away, or waits until it is there again. */
  async scalePostgres(replicas: 0 | 1): Promise<void> {
    await this.kubectl(`-n databases scale deployment postgres-cluster-rw --replicas=${replicas}`)
    if (replicas === 0) await this.kubectl('-n databases delete pod -l app=postgres-cluster-rw --now')
    else await this.kubectl('-n databases rollout status deployment/postgres-cluster-rw --timeout=300s')
  }

  /** Runs the CLI at the site until its end. */
  async run(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return ended(await sealift([...words, '--json'], { inside: this.cluster, env }))
  }

  /** The same beside the site, on the machine whose loopback has other servers. */
  async runBeside(words: readonly string[]): Promise<Ended> {
    return ended(await sealift([...words, '--json']))
  }

  /** The words for the bundle at this site, or as another site file has it, or for another bundle. */
  verb(
    verb: 'install' | 'remove' | 'rollback' | 'upgrade',
    flags: readonly string[] = [],
    file = this.site.siteFile,
    bundle = this.#sandbox.bundle,
  ): string[] {
    // Its site file names nobody who could open an archive.
    const given = verb === 'upgrade' && !flags.includes('--recipient') ? ['--no-backup'] : []
    return [verb, bundle, '-c', file, ...given, ...flags]
  }

  install(env?: Readonly<Record<string, string>>): Promise<Ended> {
    return this.run(this.verb('install'), env)
  }

  /**
   * Installs, does something meanwhile at a moment, and kills it with SIGKILL at another, should it come so far. Gives how it
   * ended by itself. @throws Error when the first moment never came
   */
  async installWhile(
    moment: Moment,
    work: () => Promise<unknown>,
    end?: Moment,
    words = this.verb('install'),
  ): Promise<Ended | 'killed'> {
    const [kill, over] = [new AbortController(), new AbortController()]
    const options = { inside: this.cluster, signal: kill.signal, killSignal: 'SIGKILL' as const }
    const running = sealift([...words, '--json'], options).finally(() => over.abort())
    if (!(await comes(moment, over.signal))) throw new Error('the install ended before that moment')
    await work()
    if (end !== undefined && (await comes(end, over.signal))) kill.abort()
    const finished = await running
    return kill.signal.aborted ? 'killed' : ended(finished)
  }

  /** Installs, and kills it with SIGKILL at a moment. @throws Error when it never came */
  async killed(moment: Moment, words = this.verb('install')): Promise<void> {
    const how = await this.installWhile(moment, async () => {}, moment, words)
    if (how !== 'killed') throw new Error('the install ended at that moment')
  }

  /** What a lease of a killed run comes to after twenty seconds. */
  leaseEnds(): Promise<string> {
    return this.kubectl('-n sealift-system delete lease sealift --ignore-not-found')
  }

  /** An image is being imported. */
  arrives: Moment = async () => (await readdir(join(this.#content, 'ingest'))).length > 0

  /** Somebody has the lease, and changes the site. */
  changes: Moment = async () => (await leaseHolder(this.api)) !== undefined

  /** helm is at work on a release, or was killed at that. */
  helms: Moment = async () => {
    const selector = 'owner=helm,status in (pending-install,pending-upgrade)'
    return (await this.api.list(kinds.secret, undefined, selector)).length > 0
  }

  /** The keys, where they were made. */
  async keys(): Promise<unknown> {
    const found = await this.api.get(kinds.secret, keysSecretName, systemNamespace)
    return found?.['data']
  }

  /** The admin is set up, and his login kept. */
  administered: Moment = async () =>
    (await this.api.get(kinds.secret, adminSecretName, systemNamespace)) !== undefined

  /**
   * All that there is in cluster, node and PostgreSQL, by name. The sandboxes of pods that are gone are left out, and what
   * holds them: kubelet collects them once a minute.
   */
  async traces(): Promise<Record<string, string[]>> {
    const names = await this.kubectl('api-resources --verbs=list -o name')
    const kept = names.split('\n').filter(name => !/^(events|componentstatuses)\b/.test(name))
    const columns = 'custom-columns=KIND:.kind,NAMESPACE:.metadata.namespace,NAME:.metadata.name'
    const lines = async (text: Promise<string>) => (await text).split('\n').sort()
    const containers = await lines(this.ctr('containers ls -q'))
    return {
      objects: await lines(this.kubectl(`get ${kept.join(',')} -A --no-headers -o ${columns}`)),
      images: await lines(this.ctr('images ls -q')),
      content: await lines(this.ctr('content ls -q')),
      leases: (await lines(this.ctr('leases ls -q'))).filter(id => !containers.includes(id)),
      roles: await lines(this.sql('select rolname from pg_roles')),
      databases: await lines(this.sql('select datname from pg_database')),
    }
  }
}

function ended({ exitCode, stdout, stderr }: Finished): Ended {
  const json = stdout === '' ? {} : JSON.parse(stdout)
  return { exitCode, stderr, json: json.error ?? json }
}

/** Waits for a moment; false when all is over before it comes. */
async function comes(moment: Moment, over: AbortSignal): Promise<boolean> {
  while (!over.aborted) {
    if (await moment().catch(() => false)) return true
    await sleep(20)
  }
  return false
}
