import { createHash } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { createServer } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { SealiftError, systemCode } from '../../kernel/errors/index.ts'

/**
 * Makes this process the only one on this machine that writes a file: an abstract Unix socket named after the
 * path. The kernel frees it when the process ends in whatever way, so no stale lock can be left (unix(7)).
 * Gives the release. @throws SealiftError FILE_FAILED when another process, or this one, writes it already
 */
export async function lockFile(path: string): Promise<() => Promise<void>> {
  const full = join(await realpath(dirname(path)), basename(path))
  const name = `\0sealift-${createHash('sha256').update(full).digest('hex')}`
  const server = createServer(socket => socket.destroy())
  await new Promise<void>((resolve, reject) => {
    server.once('error', error => {
      const busy = systemCode(error) === 'EADDRINUSE'
      const text = `another sealift is writing ${path} at this moment`
      reject(
        busy
          ? new SealiftError('FILE_FAILED', text, { hints: ['wait for it, or choose another name'] })
          : error,
      )
    })
    server.listen(name, resolve)
  })
  server.unref()
  return () => new Promise(resolve => server.close(() => resolve()))
}
