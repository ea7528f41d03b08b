/**
 * A small TCP server that answers as a PostgreSQL of another version: no binary older than Debian's can be had for
 * the tests. It trusts everybody, answers every SELECT with one row, and keeps every statement that it was sent.
 * Protocol: version 3.0, https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

/** A running {@link startOldPostgres} server. */
export interface OldPostgres {
  readonly host: string
  readonly port: number
  /** Statements in the order in which they came, of all sessions. */
  readonly statements: readonly string[]
  stop(): Promise<void>
}

/** The one row of every answer. */
type Row = Readonly<Record<string, string | number>>

const int16 = (value: number) => Buffer.from([value >> 8, value & 255])
const int32 = (value: number) => Buffer.concat([int16(value >> 16), int16(value & 0xffff)])
const text = (value: string) => Buffer.from(`${value}\0`)

function message(type: string, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body])
}

const ready = message('Z', Buffer.from('I'))

/** Describes the row and gives it: numbers as int4, the rest as text. */
function answer(row: Row): Buffer {
  const entries = Object.entries(row)
  const fields = entries.map(([name, value]) => {
    const [type, size] = typeof value === 'number' ? [23, 4] : [25, 0xffff]
    return Buffer.concat([text(name), int32(0), int16(0), int32(type), int16(size), int32(0xffff), int16(0)])
  })
  const values = entries.map(([, value]) => Buffer.from(`${value}`))
  const cells = values.flatMap(value => [int32(value.length), value])
  return Buffer.concat([
    message('T', int16(fields.length), ...fields),
    message('D', int16(values.length), ...cells),
    message('C', text('SELECT 1')),
  ])
}

/** Starts the server on a free loopback port. */
export async function startOldPostgres(row: Row): Promise<OldPostgres> {
  const host = '127.0.0.1'
  const statements: string[] = []
  const sockets = new Set<Socket>()

  const reply = (type: string, body: Buffer): Buffer => {
    const sql = (from: number) => body.toString('utf8', from, body.indexOf(0, from))
    const asked = (statement: string) => {
      statements.push(statement)
      return /^\s*SELECT\b/i.test(statement) ? answer(row) : message('C', text('SET'))
    }
    if (type === 'Q') return Buffer.concat([asked(sql(0)), ready])
    // Parse: the statement's name, then its text. Its row is answered at once; Bind and the rest add nothing to it.
    if (type === 'P') return Buffer.concat([message('1'), message('2'), asked(sql(body.indexOf(0) + 1))])
    return type === 'S' ? ready : Buffer.alloc(0)
  }

  const server = createServer(socket => {
    let pending = Buffer.alloc(0)
    let started = false
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => void sockets.delete(socket))
    socket.on('data', chunk => {
      pending = Buffer.concat([pending, chunk])
      // Only the first message of a session has no type before its length.
      for (;;) {
        const head = started ? 1 : 0
        const end = pending.length < head + 4 ? Number.POSITIVE_INFINITY : head + pending.readInt32BE(head)
        if (pending.length < end) return
        const body = pending.subarray(head + 4, end)
        if (started) socket.write(reply(pending.toString('latin1', 0, 1), body))
        else socket.write(Buffer.concat([message('R', int32(0)), ready]))
        started = true
        pending = pending.subarray(end)
      }
    })
  }).listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  const stop = async () => {
    server.close()
    for (const socket of sockets) socket.destroy()
    await once(server, 'close')
  }
  return { host, port: address.port, statements, stop }
}
