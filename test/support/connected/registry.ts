/** The real distribution registry on a free loopback port. */
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import type { Certificate } from '../certificate.ts'
import { goTool } from '../tools/build.ts'
import { basic, type Credentials, startTokenServer, type TokenServer } from './token-server.ts'

/** Who may use the registry, and how they say so: HTTP basic, or a bearer token from a token server of its own. */
export type RegistryAuth = Credentials & {
  readonly scheme?: 'basic' | 'token'
  readonly anonymousPull?: boolean
}

/** A running registry. */
export interface TestRegistry {
  /** `127.0.0.1:PORT`, as in an image name. */
  readonly host: string
  readonly url: string
  /** The registry's log. */
  readonly logFile: string
  readonly tokens?: TokenServer
  /** Value of the Authorization header that lets one push to and pull from a repository; undefined without auth. */
  authorization(repository: string): Promise<string | undefined>
  /** Ends the process and removes its files, unless the storage was given. */
  stop(): Promise<void>
}

/** One bcrypt line, the only kind that distribution takes; made by Perl's crypt, which every Debian has. */
async function htpasswd({ user, password }: Credentials): Promise<string> {
  const salt = `$2y$05$${randomBytes(22).toString('base64').replace(/[+=]/g, '.').slice(0, 22)}`
  const { stdout } = await execa('perl', ['-e', 'chomp(my $p = <STDIN>); print crypt($p, $ARGV[0])', salt], {
    input: password,
  })
  return `${user}:${stdout}\n`
}

async function authConfig(auth: RegistryAuth, dir: string, tokens: TokenServer | undefined): Promise<object> {
  if (tokens) {
    const jwks = join(dir, 'jwks.json')
    await writeFile(jwks, JSON.stringify(tokens.jwks))
    return { token: { realm: tokens.realm, service: tokens.service, issuer: tokens.issuer, jwks } }
  }
  const path = join(dir, 'htpasswd')
  await writeFile(path, await htpasswd(auth))
  return { htpasswd: { realm: 'sealift-sandbox', path } }
}

/** Certificate and key as files. */
async function tlsFiles({ cert, key }: Certificate, dir: string): Promise<object> {
  const paths = { certificate: join(dir, 'tls.crt'), key: join(dir, 'tls.key') }
  await writeFile(paths.certificate, cert)
  await writeFile(paths.key, key, { mode: 0o600 })
  return paths
}

/** The address it listens on, from its own log, so that no port is guessed. */
async function listening(logFile: string, running: () => boolean): Promise<string> {
  for (;;) {
    const log = await readFile(logFile, 'utf8')
    const address = /listening on (127\.0\.0\.1:\d+)/.exec(log)?.[1]
    if (address) return address
    if (!running()) throw new Error(`the registry ended at once:\n${log.slice(-2000)}`)
    await sleep(20)
  }
}

/**
 * Starts a registry; its storage is a new folder, or `dir`, which stays.
 * @throws Error with its log when it does not start.
 */
export async function startRegistry(
  options: {
    readonly auth?: RegistryAuth
    readonly dir?: string
    readonly tls?: Certificate
    /** Takes indexes that name manifests which it does not have. */
    readonly sparseIndexes?: boolean
  } = {},
): Promise<TestRegistry> {
  const { auth, tls, sparseIndexes } = options
  const binary = await goTool('registry')
  const home = await mkdtemp(join(tmpdir(), 'sealift-registry-'))
  const rootdirectory = options.dir ?? join(home, 'storage')
  await mkdir(rootdirectory, { recursive: true })
  const tokens =
    auth?.scheme === 'token'
      ? await startTokenServer(auth, { anonymousPull: auth.anonymousPull ?? false })
      : undefined
  const config = {
    version: '0.1',
    log: { level: 'info', formatter: 'text' },
    storage: { filesystem: { rootdirectory }, delete: { enabled: true } },
    http: {
      addr: '127.0.0.1:0',
      secret: randomBytes(16).toString('hex'),
      ...(tls ? { tls: await tlsFiles(tls, home) } : {}),
    },
    ...(sparseIndexes ? { validation: { manifests: { indexes: { platforms: 'none' } } } } : {}),
    ...(auth ? { auth: await authConfig(auth, home, tokens) } : {}),
  }
  const configFile = join(home, 'config.yml')
  await writeFile(configFile, JSON.stringify(config), { mode: 0o600 })
  const logFile = join(home, 'registry.log')
  await writeFile(logFile, '')
  const child = execa(binary, ['serve', configFile], {
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: { file: logFile },
    reject: false,
    // Without this it looks for a trace collector on this machine and fills the log with failures.
    env: { OTEL_TRACES_EXPORTER: 'none' },
  })
  let running = true
  const ended = child.then(() => {
    running = false
  })
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
    await tokens?.stop()
    await rm(home, { recursive: true, force: true })
  }
  const host = await listening(logFile, () => running).catch(async (error: unknown) => {
    await stop()
    throw error
  })
  return {
    host,
    url: `${tls ? 'https' : 'http'}://${host}`,
    logFile,
    ...(tokens ? { tokens } : {}),
    authorization: async repository => {
      if (!auth || !tokens) return auth && basic(auth)
      const query = new URLSearchParams({
        service: tokens.service,
        scope: `repository:${repository}:pull,push`,
      })
      const response = await fetch(`${tokens.realm}?${query}`, { headers: { authorization: basic(auth) } })
      return `Bearer ${((await response.json()) as { token: string }).token}`
    },
    stop,
  }
}
