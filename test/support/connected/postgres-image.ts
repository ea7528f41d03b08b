/** PostgreSQL as a container image: the machine's own Debian server files and a small entrypoint of ours. */
import { existsSync } from 'node:fs'
import { layer } from './blobs.ts'
import { type Image, image } from './image.ts'
import { base, folder, withLibraries } from './rootfs.ts'
import type { Entry } from './tar.ts'

const version = '15'
const home = `/usr/lib/postgresql/${version}`
const share = `/usr/share/postgresql/${version}`

/** The user the server runs as; the volume at /var/lib/postgresql/data must be writable for it. */
export const postgresUser = { name: 'postgres', id: 999, home: '/var/lib/postgresql' }

// The password goes through a pipe: as an argument or in a file others could read it.
const entrypoint = `#!/bin/sh
set -eu
export PGDATA="\${PGDATA:-/var/lib/postgresql/data/pgdata}" PATH=${home}/bin:/usr/bin:/bin TZ=UTC
if ! [ -s "$PGDATA/PG_VERSION" ]; then
  : "\${POSTGRES_PASSWORD:?POSTGRES_PASSWORD must be set for the first start}"
  printf '%s\\n' "$POSTGRES_PASSWORD" | initdb --username="\${POSTGRES_USER:-postgres}" --pwfile=/dev/stdin \\
    --encoding=UTF8 --locale=C.UTF-8 --auth-local=scram-sha-256 --auth-host=scram-sha-256
  printf 'host all all all scram-sha-256\\n' >> "$PGDATA/pg_hba.conf"
fi
unset POSTGRES_PASSWORD
exec postgres -c listen_addresses='*' -c unix_socket_directories=/tmp -c jit=off "$@"
`

/** The LLVM compiler and what is there for building extensions: large, and never needed here. */
function needed(path: string): boolean {
  return !/\/(bitcode|pgxs|man|llvmjit[^/]*|sepgsql\.so)$/.test(path)
}

/**
 * `postgres:15`: listens on 5432, passwords by SCRAM, data in PGDATA (default below /var/lib/postgresql/data),
 * first start needs POSTGRES_PASSWORD.
 * @throws Error when Debian's postgresql package is not installed.
 */
export async function postgresImage(): Promise<Image> {
  if (!existsSync(`${home}/bin/postgres`)) throw new Error(`install Debian's postgresql-${version} first`)
  const programs = ['postgres', 'initdb', 'pg_isready', 'psql', 'pg_dump', 'pg_restore', 'createdb']
  const zones = ['UTC', 'GMT', 'Etc/UTC', 'Etc/GMT'].map(zone => `/usr/share/zoneinfo/${zone}`)
  const linked = [
    ...programs.map(name => `${home}/bin/${name}`),
    '/bin/sh',
    ...['plpgsql', 'uuid-ossp', 'pgcrypto', 'libpqwalreceiver'].map(name => `${home}/lib/${name}.so`),
  ]
  const server = [
    ...(await Promise.all(linked.map(path => withLibraries(path)))).flat(),
    ...(await folder(`${home}/lib`, needed)),
    ...(await folder(share, needed)),
    ...(await folder('/usr/lib/locale/C.utf8')),
    ...zones.map((path): Entry => ({ path, source: path })),
  ]
  const start = [
    ...base(postgresUser),
    { path: 'usr/local/bin/start-postgres', mode: 0o755, content: entrypoint },
  ]
  return image([await layer(server), await layer(start)], {
    Entrypoint: ['/usr/local/bin/start-postgres'],
    // As the official image and CloudNativePG's have it: whoever runs a program in the pod finds the server's.
    Env: [`PATH=${home}/bin:/usr/bin:/bin`],
    User: `${postgresUser.id}:${postgresUser.id}`,
    ExposedPorts: { '5432/tcp': {} },
  })
}
