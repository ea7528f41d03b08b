import { isMapping, jsonIn, type Mapping } from '../../kernel/objects/index.ts'
import { type Address, addressOf } from './address.ts'

/** A request as the server's log tells of it. */
export interface Request extends Address {
  /** ISO 8601, when it came. */
  readonly time: string
  /** The number that the server or the client has given it. */
  readonly id: string
  readonly method: string
  /** What was answered; nothing while it was under way, and where that cannot be told. */
  readonly status?: number
  /** Milliseconds that it took. */
  readonly took?: number
  /** The address that it came from: behind a proxy, what that says. */
  readonly from?: string
}

/** Line by line what a log has of requests, and what it does not. */
export interface ReadRequests {
  readonly requests: readonly Request[]
  /** Probes of kubelet, which are left out. */
  readonly probes: number
  /** When the first line was written; nothing for an empty log. */
  readonly first?: string
  /** When the last one was, in milliseconds since 1970. */
  readonly last?: number
}

/**
 * Reads requests out of a timed log. The server logs by Fastify and pino: a line of JSON when a request comes (`req`) and
 * one when it was answered (`res`), with the same `reqId` (https://fastify.dev/docs/latest/Reference/Logging/). All other
 * lines, and all other fields of these, are left out: they may hold anything.
 * @param from the first time that counts, and `until` the first that does not, in milliseconds since 1970
 */
export function readRequests(log: string, from: number, until: number): ReadRequests {
  const open = new Map<unknown, Request>()
  const doubled = new Set<unknown>()
  const all: Request[] = []
  let probes = 0
  let first: string | undefined
  let last: number | undefined
  for (const line of log.split('\n')) {
    const [, stamp = '', text = ''] = /^(\S+) (.*)$/.exec(line) ?? []
    const time = Date.parse(stamp)
    if (Number.isNaN(time)) continue
    first ??= new Date(time).toISOString()
    last = time
    const entry = parsed(text)
    const id = entry?.['reqId']
    if (entry === undefined || (typeof id !== 'string' && typeof id !== 'number')) continue
    const { req, res } = entry
    if (isMapping(req)) {
      if (time < from || time >= until) continue
      // A client may be let choose it: one that is odd hides no request.
      const request = came(req, /^[\w-]{1,64}$/.test(String(id)) ? String(id) : '[masked]', time)
      if (request === undefined) continue
      if (request.path === '/api/status') probes += 1
      else {
        // Of two at once that have the same one nobody knows which was answered.
        if (open.delete(id)) doubled.add(id)
        else if (!doubled.has(id)) open.set(id, request)
        all.push(request)
      }
    } else if (isMapping(res) && open.has(id)) {
      const before = open.get(id)
      open.delete(id)
      if (before !== undefined) Object.assign(before, answered(res, entry))
    }
  }
  return {
    ...{ requests: all, probes },
    ...(first === undefined ? {} : { first }),
    ...(last === undefined ? {} : { last }),
  }
}

function parsed(text: string): Mapping | undefined {
  const value = jsonIn(text)
  return isMapping(value) ? value : undefined
}

function came({ method, url, remoteAddress }: Mapping, id: string, time: number): Request | undefined {
  if (typeof method !== 'string' || !/^[A-Z-]{1,20}$/.test(method) || typeof url !== 'string')
    return undefined
  return {
    ...{ time: new Date(time).toISOString(), id, method, ...addressOf(url) },
    ...(isAddress(remoteAddress) ? { from: remoteAddress.replace(/^::ffff:(?=\d+\.)/i, '') } : {}),
  }
}

function answered({ statusCode }: Mapping, { responseTime }: Mapping): Partial<Request> {
  return {
    ...(typeof statusCode === 'number' ? { status: statusCode } : {}),
    ...(typeof responseTime === 'number' ? { took: Math.round(responseTime) } : {}),
  }
}

const isAddress = (value: unknown): value is string =>
  typeof value === 'string' && /^[0-9A-Fa-f:.%\w-]{2,60}$/.test(value) && /[.:]/.test(value)
