/** Redis as a container image from Debian's own files: no Dragonfly can be had, so this stands in for it. */
import { existsSync } from 'node:fs'
import { layer } from './blobs.ts'
import { type Image, image, standInLabel } from './image.ts'
import { base, withLibraries } from './rootfs.ts'

/** The user the server runs as. */
export const redisUser = { name: 'redis', id: 999, home: '/tmp' }

// The settings come by standard input, so that the password is in no argument list and no file.
const entrypoint = `#!/bin/sh
set -eu
password="\${REDIS_PASSWORD:?REDIS_PASSWORD must be set}"
unset REDIS_PASSWORD
exec redis-server - "$@" <<END
bind * -::*
port \${PORT:-6379}
dir /tmp
save ""
appendonly no
maxmemory-policy noeviction
requirepass "$password"
END
`

/**
 * `redis:7`: listens on PORT (default 6379), keeps nothing on disk, evicts nothing, needs REDIS_PASSWORD.
 * @throws Error when Debian's redis-server package is not installed.
 */
export async function redisImage(): Promise<Image> {
  if (!existsSync('/usr/bin/redis-server')) throw new Error("install Debian's redis-server first")
  const programs = ['/usr/bin/redis-server', '/usr/bin/redis-cli', '/bin/sh']
  const files = (await Promise.all(programs.map(path => withLibraries(path)))).flat()
  const start = [...base(redisUser), { path: 'usr/local/bin/start-redis', mode: 0o755, content: entrypoint }]
  return image([await layer(files), await layer(start)], {
    Entrypoint: ['/usr/local/bin/start-redis'],
    User: `${redisUser.id}:${redisUser.id}`,
    ExposedPorts: { '6379/tcp': {} },
    Labels: { [standInLabel]: 'dragonfly' },
  })
}
