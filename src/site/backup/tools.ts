import { printable, SealiftError } from '../../kernel/errors/index.ts'
import type {
  Clock,
  DatabaseLogin,
  PodPlace,
  PodPrograms,
  ProgramEnd,
  ProgramStreams,
} from '../../kernel/ports/index.ts'
import { redacted } from '../../kernel/workloads/index.ts'
import type { Bytes } from '../wire/index.ts'

/** PostgreSQL's own tools, in a container that reaches its server. */
export interface Tools {
  /** What has them, as messages name it: `pod databases/postgres-0`. */
  readonly where: string
  /** What to do where they are not as they should be. */
  readonly hints: readonly string[]
  /** Version of the tool: `15.18`. @throws SealiftError BACKUP_FAILED where the container has none */
  version(tool: Tool): Promise<string>
  /** Runs a tool as a role of the server. @throws what its streams throw, CLUSTER_* */
  run(tool: Tool, login: Login, words: readonly string[], streams: ProgramStreams): Promise<ProgramEnd>
}

type Tool = 'pg_dump' | 'pg_restore'
type Login = Pick<DatabaseLogin, 'user' | 'password' | 'database'>

/** How the server is reached from where the tools are: libpq's own words. */
export interface ToServer {
  readonly host: string
  readonly port: number
  /** https://www.postgresql.org/docs/current/libpq-ssl.html */
  readonly sslmode: 'prefer' | 'disable' | 'require' | 'verify-full'
  /** The certificates (PEM) that are trusted, for verify-full; the container's own when left out. */
  readonly ca?: string
}

/**
 * The password comes on the first line of stdin: arguments can be seen, and so can a container's environment. `read` takes
 * no byte beyond that line. libpq takes all of these literally, while a name given as an argument may be a whole connection.
 * It takes certificates from a file alone: they are the lines up to an empty one, where a path for them is given.
 */
const asRole = [
  'IFS= read -r PGPASSWORD || exit 111',
  'PGHOST=$1 PGPORT=$2 PGSSLMODE=$3 PGSSLROOTCERT=$4 PGUSER=$5 PGDATABASE=$6 PGCONNECT_TIMEOUT=15',
  'case $4 in /*) while IFS= read -r LINE && [ -n "$LINE" ]; do printf "%s\\n" "$LINE"; done >"$4" || exit 112;; esac',
  'export PGPASSWORD PGHOST PGPORT PGSSLMODE PGSSLROOTCERT PGUSER PGDATABASE PGCONNECT_TIMEOUT',
  'shift 6; exec "$@"',
].join('; ')

/** Where the certificates are written to: what a pod for the tools can write into. */
const certificates = '/tmp/server-ca.pem'

/** For how long a tool may think of its version, in milliseconds: an image may be slow to read, or lie. */
const patience = 60_000

/** Who runs tools: where, until when. */
export interface Runner {
  readonly programs: PodPrograms
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** The tools of a container, where there are any, on their way to a server. */
export function toolsIn(
  { programs, clock, signal }: Runner,
  place: PodPlace,
  server: ToServer,
  named: Pick<Tools, 'where' | 'hints'>,
): Tools {
  const lines = server.sslmode === 'verify-full' ? linesOf(server.ca) : undefined
  return {
    ...named,
    async version(tool) {
      const silent = () => noTool(named, tool, `it says nothing within ${patience / 1000} s`)
      const {
        code,
        stdout,
        stderr,
        message = '',
      } = await within({ clock, signal }, silent, signal =>
        programs.run(place, [tool, '--version'], { signal }),
      )
      // https://www.postgresql.org/docs/current/app-pgdump.html: it prints its name and version.
      const [, version] = /\(PostgreSQL\) (\d{1,3}(?:\.\d{1,3})?)(?!\d)/.exec(stdout) ?? []
      if (code === 0 && version !== undefined) return version
      throw noTool(named, tool, (stderr || message || stdout).trim())
    },
    async run(tool, { user, password, database }, words, { input, ...streams }) {
      const line = password.reveal()
      if (/[\n\0]/.test(line))
        throw new SealiftError('BACKUP_FAILED', `the password of ${user} has a line break in it`, {
          hints: ['give the role another one'],
        })
      const { host, port, sslmode } = server
      // What the container trusts by itself: libpq's word for it, from PostgreSQL 16 on.
      const trusted = sslmode !== 'verify-full' ? '' : lines === undefined ? 'system' : certificates
      const given = [host, String(port), sslmode, trusted, user, database]
      const first = lines === undefined ? `${line}\n` : `${line}\n${lines}\n\n`
      const command = ['sh', '-c', asRole, 'sh', ...given, tool, ...words]
      return await programs.run(place, command, { ...streams, input: after(first, input) })
    },
  }
}

function noTool({ where, hints }: Pick<Tools, 'where' | 'hints'>, tool: Tool, why: string): SealiftError {
  const message = `${where} has no ${tool} that runs: ${redacted(why, 300)}`
  return new SealiftError('BACKUP_FAILED', message, { hints })
}

/** Does what ends when its signal says so, which it does after a while. @throws what `late` gives then */
async function within<T>(
  { clock, signal }: Pick<Runner, 'clock' | 'signal'>,
  late: () => SealiftError,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const [over, done] = [new AbortController(), new AbortController()]
  clock.sleep(patience, done.signal).then(
    () => over.abort(late()),
    () => {},
  )
  try {
    return await work(AbortSignal.any([signal, over.signal]))
  } finally {
    done.abort()
  }
}

/** Certificates without the lines that have nothing in them: such a one ends them. */
function linesOf(ca: string | undefined): string | undefined {
  return ca
    ?.split(/\r?\n/)
    .filter(line => line.trim() !== '')
    .join('\n')
}

async function* after(line: string, input: Bytes | undefined): Bytes {
  yield Buffer.from(line)
  if (input !== undefined) yield* input
}

/**
 * The version of a tool that knows its server: of the same major, for what one writes another does not take back.
 * @throws SealiftError BACKUP_FAILED with both versions, CLUSTER_*
 */
export async function fitting(tools: Tools, tool: Tool, serverVersion: string): Promise<string> {
  const version = await tools.version(tool)
  const [own, server] = [version, serverVersion].map(text => Number.parseInt(text, 10))
  if (own === server) return version
  throw new SealiftError(
    'BACKUP_FAILED',
    `${tool} of ${tools.where} is of version ${version}, the server of ${printable(serverVersion, 40)}: what one writes the other does not take back`,
    { hints: tools.hints },
  )
}

/** The last words of a tool that failed, fit for a message: a password, and what looks like one, is taken out. */
export function saidBy(
  { code, stderr, message = '' }: ProgramEnd,
  { password }: Pick<Login, 'password'>,
): string {
  const without = (text: string) => text.replaceAll(password.reveal() || '\0', '[secret]').trim()
  const said = without(stderr).split('\n').slice(-3).join('; ')
  return redacted(said || without(message) || `exit code ${code}`, 600)
}
