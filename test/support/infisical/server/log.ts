import { hostname } from 'node:os'

/** Writes JSON lines to stdout, as the real server does. Never give it a secret. */
export interface Log {
  /**
   * A request that came, or was answered, in the form of Fastify's own lines, which the real server has
   * (https://fastify.dev/docs/latest/Reference/Logging/): its number, and `req`, or `res` and `responseTime`.
   */
  request(reqId: string, entry: Readonly<Record<string, unknown>>, message: string): void
  info(message: string): void
  error(message: string): void
}

const write = (level: string) => (message: string) =>
  void process.stdout.write(`${JSON.stringify({ level, time: new Date().toISOString(), msg: message })}\n`)

function request(reqId: string, entry: Readonly<Record<string, unknown>>, msg: string): void {
  const head = {
    severity: 'INFO',
    level: 30,
    time: Date.now(),
    pid: process.pid,
    hostname: hostname(),
    reqId,
  }
  process.stdout.write(`${JSON.stringify({ ...head, ...entry, msg })}\n`)
}

/** The process log. */
export const log: Log = { request, info: write('info'), error: write('error') }
