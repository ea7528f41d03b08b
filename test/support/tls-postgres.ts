import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { selfSigned } from './certificate.ts'
import { type PostgresServer, startPostgres } from './services.ts'

/** A PostgreSQL with TLS; `ca` is its self-signed certificate (PEM). */
export interface TlsPostgres extends PostgresServer {
  readonly ca: string
}

/**
 * Starts a PostgreSQL with a certificate for 127.0.0.1 and `hosts`. `hba` is its pg_hba.conf; who is asked how, by
 * default a password of everybody.
 */
export async function startTlsPostgres(hosts: readonly string[], hba?: string): Promise<TlsPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'sealift-tls-'))
  const { cert, key } = selfSigned('pg', hosts)
  const write = (name: string, text: string) => {
    const path = join(folder, name)
    writeFileSync(path, text, { mode: 0o600 })
    // As root the server runs as Debian's user.
    if (process.getuid?.() === 0) {
      const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
      chownSync(path, id('-u'), id('-g'))
    }
    return path
  }
  chmodSync(folder, 0o755)
  const settings = {
    ssl: 'on',
    ssl_cert_file: write('cert.pem', cert),
    ssl_key_file: write('key.pem', key),
    ...(hba === undefined ? {} : { hba_file: write('pg_hba.conf', hba) }),
  }
  const server = await startPostgres({ settings })
  const stop = async () => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return { ...server, ca: cert, stop }
}
