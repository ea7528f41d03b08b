import { printable, SealiftError } from '../../kernel/errors/index.ts'
import type {
  DatabaseLogin,
  PodPrograms,
  ProgramEnd,
  ProgramStreams,
  Serving,
} from '../../kernel/ports/index.ts'
import type { Bytes, RealPlace } from '../wire/index.ts'

/** PostgreSQL's own tools, where its server runs. */
export interface Tools {
  /** Version of the tool: `15.18`. @throws SealiftError BACKUP_FAILED where the container has none */
  version(tool: Tool): Promise<string>
  /** Runs a tool as a role of the server. @throws what its streams throw, CLUSTER_* */
  run(tool: Tool, login: Login, words: readonly string[], streams: ProgramStreams): Promise<ProgramEnd>
}

type Tool = 'pg_dump' | 'pg_restore'
type Login = Pick<DatabaseLogin, 'user' | 'password' | 'database'>

/**
 * The password comes on the first line of stdin: arguments can be seen, and so can a container's environment. `read` takes
 * no byte beyond that line. libpq takes all of these literally, while a name given as an argument may be a whole connection.
 */
const asRole =
  'IFS= read -r PGPASSWORD || exit 111; PGHOST=localhost PGPORT=$1 PGUSER=$2 PGDATABASE=$3 PGCONNECT_TIMEOUT=15; export PGPASSWORD PGHOST PGPORT PGUSER PGDATABASE PGCONNECT_TIMEOUT; shift 3; exec "$@"'

/**
 * The tools of the container that the database's Service leads to: they are of the server's own version, so that they know it.
 * @throws SealiftError BACKUP_FAILED where PostgreSQL is no pod of the cluster, CLUSTER_*
 */
export async function toolsAt(
  programs: PodPrograms,
  { server, service }: Pick<RealPlace, 'server' | 'service'>,
): Promise<Tools> {
  const place = service && (await programs.behindService(service.namespace, service.service, server.port))
  if (place === undefined)
    throw new SealiftError(
      'BACKUP_FAILED',
      `PostgreSQL at ${server.host}:${server.port} is no pod of this cluster: its own pg_dump cannot be run there`,
      {
        hints: [
          'back it up where it runs (pg_dump -Fc, of its own major version), and keep an escrow of the keys: sealift keys escrow',
        ],
      },
    )
  return toolsIn(programs, place)
}

function toolsIn(programs: PodPrograms, place: Serving): Tools {
  const where = `pod ${place.namespace}/${place.pod}`
  return {
    async version(tool) {
      const { code, stdout, stderr, message = '' } = await programs.run(place, [tool, '--version'], {})
      // https://www.postgresql.org/docs/current/app-pgdump.html: it prints its name and version.
      const [, version] = /\(PostgreSQL\) (\d+(?:\.\d+)?)/.exec(stdout) ?? []
      if (code === 0 && version !== undefined) return version
      throw new SealiftError(
        'BACKUP_FAILED',
        `${where} has no ${tool} that runs: ${printable((stderr || message || stdout).trim(), 300)}`,
        {
          hints: [
            'the Service that database.host names must lead to PostgreSQL itself, not to a pooler, in an image that has its tools',
          ],
        },
      )
    },
    async run(tool, { user, password, database }, words, { input, ...streams }) {
      const line = password.reveal()
      if (/[\n\0]/.test(line))
        throw new SealiftError('BACKUP_FAILED', `the password of ${user} has a line break in it`, {
          hints: ['give the role another one'],
        })
      const command = ['sh', '-c', asRole, 'sh', String(place.port), user, database, tool, ...words]
      return await programs.run(place, command, { ...streams, input: after(`${line}\n`, input) })
    },
  }
}

async function* after(line: string, input: Bytes | undefined): Bytes {
  yield Buffer.from(line)
  if (input !== undefined) yield* input
}

/** The last words of a tool that failed, fit for a message; a password that is among them is taken out. */
export function saidBy(
  { code, stderr, message = '' }: ProgramEnd,
  { password }: Pick<Login, 'password'>,
): string {
  const said = stderr
    .replaceAll(password.reveal() || '\0', '[secret]')
    .trim()
    .split('\n')
    .slice(-3)
    .join('; ')
  return printable(said || message || `exit code ${code}`, 600)
}
