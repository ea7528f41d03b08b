/** A site whose PostgreSQL is a pod, or is none and has its tools in an image: what is run where, and what they answer. */
import { parseSite } from '../../../../src/kernel/inputs/index.ts'
import { kinds, type PodPrograms, Secret, type SiteHost } from '../../../../src/kernel/ports/index.ts'
import { servicesOf } from '../../../../src/site/wire/index.ts'
import { runsPods } from '../../../support/kubelet-in-memory.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { countingRandom, sessionOf, siteCluster } from '../wire/memory.ts'
import { smallSite } from '../wire/sites.ts'

export const image = 'docker.io/library/postgres:17.5'
export const namedIn = (text: string) => text.replace('database:\n', `database:\n  tools: ${image}\n`)
const secret = new Secret('w0rd')

interface Asked {
  /** What the server is, and what its own pod's tools are; there is no such pod where they are left out. */
  readonly server?: string
  readonly own?: string
  /** The tools of the image. */
  readonly carried?: string
  readonly text?: string
  readonly status?: object
}

/** A site in memory, what is run in which pod of it, and which pods were made. */
export async function world({
  server = '17.5',
  own,
  carried = '17.5',
  text = namedIn(smallSite),
  status,
}: Asked) {
  const cluster = await siteCluster()
  cluster.behaviour.services = { 'databases/postgres-cluster-rw:5432': { host: '127.0.0.1', port: 5432 } }
  const made = await runsPods(cluster, status && (() => status))
  const ran: { pod: string; command: readonly string[]; input: string }[] = []
  const programs: PodPrograms = {
    behindService: async (namespace, service, port) =>
      own === undefined ? undefined : { namespace, pod: `${service}-0`, container: 'postgres', port },
    async run({ namespace, pod }, command, { input }) {
      const bytes: Uint8Array[] = []
      for await (const some of input ?? []) bytes.push(some)
      ran.push({ pod: `${namespace}/${pod}`, command, input: Buffer.concat(bytes).toString() })
      const version = namespace === 'databases' ? own : carried
      if (version === 'none') return { stdout: '', stderr: 'no such file', code: 127 }
      return { stdout: `${command[0]} (PostgreSQL) ${version} (Debian)\n`, stderr: '', code: 0 }
    },
  }
  const clock = new ManualClock()
  const database = { open: async () => sessionOf({ version: `${server} (Debian 17)` }) }
  const host = { cluster, programs, clock, database, random: countingRandom() } as unknown as SiteHost
  const services = servicesOf(parseSite(text, 'site.yaml'), host, 'infisical')
  const parts = {
    host: 'postgres-cluster-rw.databases.svc',
    port: 5432,
    user: 'infisical',
    database: 'infisical',
  }
  const { tls, serverName } = { tls: services.site.database.tls, serverName: parts.host }
  const place = { tls, serverName, ...(tls === 'verify-full' ? { ca: 'A\n\nB\n' } : {}) }
  const at = { services, own: { parts: { ...parts, password: secret }, uri: secret, place } }
  const left = () => cluster.list(kinds.pod)
  return { cluster, clock, host, at, made, ran, left }
}
export const login = { user: 'infisical', password: secret, database: 'infisical' }
