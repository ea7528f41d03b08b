import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { packed } from '../../src/adapters/compiled/index.ts'
import { exitCodes } from '../../src/kernel/errors/index.ts'
import { writeExecutable } from './inject.ts'
import { type Lesson, lessons, writeBooks } from './lessons.ts'
import { compileMain, type Program } from './program.ts'

const run = promisify(execFile)
/** Assets of V8's code: of most verbs, and of those that stream, which V8 runs with other flags. */
export const codes = ['code', 'code-streaming']

/**
 * A program with the code that V8 makes of it where it is used, which an executable of it in a folder below `folder` comes by
 * when verbs are run. It is good for this very Node. @throws Error of the tools that make one, or where it does not run
 */
export async function trained(program: Program, folder: string): Promise<Program> {
  await mkdir(folder, { recursive: true })
  const work = await mkdtemp(join(folder, '.training-'))
  const server = emptyServer()
  try {
    await once(server, 'listening')
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const sealift = join(work, 'sealift')
    await writeExecutable({ ...untrained(program), main: await compileMain(work) }, sealift)
    await writeBooks(work, at)
    for (const lesson of lessons) await teach(sealift, lesson, at)
    const read = codes.map(async name => [name, await readFile(join(work, name))] as const)
    return { ...program, assets: new Map([...program.assets, ...(await Promise.all(read))]) }
  } finally {
    server.close()
    await rm(work, { recursive: true, force: true })
  }
}

/** The same without any, for another architecture: it is not run here, and its V8 would not take this one's. */
export function untrained(program: Program): Program {
  const none = codes.map(name => [name, packed(new Map())] as const)
  return { ...program, assets: new Map([...program.assets, ...none]) }
}

/** A cluster that has no more than a version, a registry and a proxy that have nothing. */
function emptyServer(): Server {
  const server = createServer(({ url }, response) => {
    if (url === '/version') response.end('{"gitVersion":"v1.36.0"}')
    else response.writeHead(404).end('{}')
  })
  server.on('connect', (_, socket) => {
    // Whoever asked may be gone.
    socket.on('error', () => {})
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
  })
  return server.listen(0, '127.0.0.1')
}

/** Runs a verb, with nothing of this machine's: no logins, no programs, no cluster, and no way but to the server `at`. */
async function teach(sealift: string, { words, exitCode }: Lesson, at: string): Promise<void> {
  const cwd = join(sealift, '..')
  const env = {
    // A K3s of this machine would be found without any.
    KUBECONFIG: join(cwd, 'kubeconfig'),
    ...{ HOME: cwd, PATH: '', TMPDIR: cwd, SEALIFT_KEY_PASSPHRASE: 'of no key that is kept' },
    ...{ HTTP_PROXY: at, HTTPS_PROXY: at, NO_PROXY: '127.0.0.1' },
  }
  const ended = await run(sealift, words, { cwd, env, timeout: 30_000 }).then(
    () => ({ code: 0 }),
    (error: { code?: unknown }) => error,
  )
  const { code } = ended
  const asItShould =
    exitCode === undefined ? typeof code === 'number' && code !== exitCodes.BUG : code === exitCode
  if (!asItShould)
    throw new Error(`sealift ${words.join(' ')} ended otherwise than where it is learned from`, {
      cause: ended,
    })
}
