/**
 * A small TCP server that answers as Dragonfly without `--default_lua_flags=allow-undeclared-keys` does:
 * a script that touches a key it did not declare is refused. No Dragonfly binary can be had for the tests.
 * Protocol: RESP2, https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

/** A running {@link startStrictRedis} server. */
export interface StrictRedis {
  readonly host: string
  readonly port: number
  readonly password: string
  /** `redis://…` URL of database number `db` (default 0). */
  url(db?: number): string
  stop(): Promise<void>
}

type Reply =
  | string
  | number
  | null
  | readonly Reply[]
  | { readonly error: string }
  | { readonly status: string }

const ok = { status: 'OK' }
const info = [
  '# Server',
  'redis_version:7.4.0',
  'dragonfly_version:df-v1.30.0',
  'redis_mode:standalone',
  '# Clients',
  'connected_clients:1',
  'maxclients:64000',
  '# Memory',
  'used_memory:1048576',
  'maxmemory:0',
  'maxmemory_policy:noeviction',
  '',
].join('\r\n')

function encode(reply: Reply): string {
  if (reply === null) return '$-1\r\n'
  if (typeof reply === 'number') return `:${reply}\r\n`
  if (typeof reply === 'string') return `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`
  if ('error' in reply) return `-${reply.error}\r\n`
  if ('status' in reply) return `+${reply.status}\r\n`
  return `*${reply.length}\r\n${reply.map(encode).join('')}`
}

/** Takes whole commands (arrays of bulk strings) off the front of `text`; the rest waits for more bytes. */
function decode(text: string): { commands: string[][]; rest: string } {
  const commands: string[][] = []
  let rest = text
  for (;;) {
    const head = /^\*(\d+)\r\n/.exec(rest)
    if (!head) return { commands, rest }
    let at = head[0].length
    const words: string[] = []
    for (let i = 0; i < Number(head[1]); i++) {
      const size = /^\$(\d+)\r\n/.exec(rest.slice(at))
      if (!size) return { commands, rest }
      const start = at + size[0].length
      at = start + Number(size[1]) + 2
      if (at > rest.length) return { commands, rest }
      words.push(rest.slice(start, at - 2))
    }
    commands.push(words)
    rest = rest.slice(at)
  }
}

/** Every script here that calls Redis with a key that is not in KEYS is refused; none is really run. */
function evaluate(script: string, keys: readonly string[]): Reply {
  const touches = [...script.matchAll(/redis\.p?call\(\s*['"]\w+['"]\s*,\s*([A-Za-z]+)/g)]
  const undeclared =
    touches.some(([, source]) => source !== 'KEYS') || (touches.length > 0 && keys.length === 0)
  if (!undeclared) return null
  const sha = createHash('sha1').update(script).digest('hex')
  const where = `Error running script (call to f_${sha}): @user_script:1:`
  return { error: `ERR ${where} script tried accessing undeclared key` }
}

function answer(words: readonly string[], session: { authenticated: boolean }, password: string): Reply {
  const [name = '', ...args] = words
  const command = name.toUpperCase()
  if (command === 'AUTH') {
    session.authenticated = args.at(-1) === password
    return session.authenticated
      ? ok
      : { error: 'WRONGPASS invalid username-password pair or user is disabled.' }
  }
  if (command === 'HELLO') return { error: 'NOPROTO unsupported protocol version' }
  if (command === 'QUIT') return ok
  if (!session.authenticated) return { error: 'NOAUTH Authentication required.' }
  switch (command) {
    case 'PING':
      return { status: 'PONG' }
    case 'INFO':
      return info
    case 'SELECT':
      return Number(args[0]) < 16 ? ok : { error: 'ERR DB index is out of range' }
    case 'DBSIZE':
      return 0
    case 'SCAN':
      return ['0', []]
    case 'CLIENT':
      return args[0]?.toUpperCase() === 'LIST' ? 'id=1 addr=127.0.0.1:1 name=\n' : ok
    case 'CONFIG': {
      const [key = ''] = args.slice(1)
      const known: Record<string, string> = {
        maxclients: '64000',
        databases: '16',
        'maxmemory-policy': 'noeviction',
      }
      return known[key] === undefined ? [] : [key, known[key]]
    }
    case 'EVAL':
      return evaluate(args[0] ?? '', args.slice(2, 2 + Number(args[1] ?? 0)))
    case 'EVALSHA':
      return { error: 'NOSCRIPT No matching script. Please use EVAL.' }
    default:
      return { error: `ERR unknown command \`${name}\`` }
  }
}

/** Starts the server on a free loopback port. */
export async function startStrictRedis(): Promise<StrictRedis> {
  const host = '127.0.0.1'
  const password = randomBytes(12).toString('hex')
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    const session = { authenticated: false }
    let pending = ''
    sockets.add(socket)
    socket.setEncoding('latin1').on('error', () => {})
    socket.on('close', () => void sockets.delete(socket))
    socket.on('data', chunk => {
      const { commands, rest } = decode(pending + String(chunk))
      pending = rest
      for (const words of commands) socket.write(encode(answer(words, session, password)))
    })
  }).listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  const url = (db = 0) => `redis://default:${password}@${host}:${address.port}/${db}`
  const stop = async () => {
    server.close()
    for (const socket of sockets) socket.destroy()
    await once(server, 'close')
  }
  return { host, port: address.port, password, url, stop }
}
