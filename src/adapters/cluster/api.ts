import http from 'node:http'
import https from 'node:https'
import { setTimeout as wait } from 'node:timers/promises'
import { SealiftError, systemCode } from '../../kernel/errors/index.ts'
import { isMapping, type Mapping } from '../../kernel/objects/index.ts'
import type { Answer, Call } from './call.ts'
import { badCredentials, refused, unreachable } from './faults.ts'
import type { Connection } from './kubeconfig.ts'
import { toldOfSilence, turns } from './waiting.ts'

/** Calls with the kubeconfig's credentials. */
export interface Api {
  connection(): Promise<Connection>
  /** The answer, errors included, after retries. @throws SealiftError CLUSTER_UNREACHABLE */
  answer(call: Call): Promise<Answer>
  /** The JSON object of a successful answer, as it came. @throws SealiftError CLUSTER_* */
  json(call: Call): Promise<Mapping>
  /** Like `json`, and `undefined` for 404. */
  find(call: Call): Promise<Mapping | undefined>
}

const timeout = 30_000
const mostBytes = 64 * 1024 * 1024
// Each has a connection for itself: whoever asks for the objects of hundreds of teams would open as many at once.
const mostAtOnce = 16
// A run asks some hundred things, most of them one after the other: to shake hands anew each time takes longer than the
// answers. Not for what must not be sent twice: a connection that the server has just given up would lose it. Sockets are
// told apart by what they were opened with, so that other credentials get another one.
const kept = new https.Agent({ keepAlive: true, scheduling: 'lifo' })
const tries = 6
// What a connection dies of when the server restarts or a balancer lets go of it.
const broken = new Set(['ECONNRESET', 'EPIPE'])

/** An API over plain HTTP requests: objects pass as they are, which client-node's typed models do not grant. */
export function createApi(
  load: () => Promise<Connection>,
  onSilence: (message: string) => void = () => {},
): Api {
  let loading: Promise<Connection> | undefined
  const connection = () => {
    loading ??= load()
    return loading
  }
  let reached = false
  const inTurn = turns(mostAtOnce)
  const aloud = toldOfSilence(timeout, onSilence)
  async function answer(call: Call): Promise<Answer> {
    const to = await connection()
    for (let attempt = 1; ; attempt++) {
      const outcome = await inTurn(() => aloud(to.server, once(to, call))).catch((error: unknown) => {
        if (error instanceof SealiftError) throw error
        if (attempt === tries || !repeatable(call, error, reached))
          throw unreachable(to.server, error, timeout)
        return undefined
      })
      reached ||= outcome !== undefined
      if (outcome && (attempt === tries || !postponed(call, outcome.status))) return outcome
      await wait(Math.min(10_000, outcome?.retryAfter ? outcome.retryAfter * 1000 : 100 * 2 ** attempt))
    }
  }
  async function find(call: Call): Promise<Mapping | undefined> {
    const got = await answer(call)
    if (got.status === 404) return undefined
    return parse(call, got)
  }
  const json = async (call: Call) => parse(call, await answer(call))
  return { connection, answer, find, json }
}

function parse(call: Call, answer: Answer): Mapping {
  if (answer.status >= 400) throw refused(call, answer)
  const value = parsed(answer.text)
  if (isMapping(value)) return value
  const what = value === undefined ? 'not JSON' : 'no JSON object'
  throw refused(call, { status: answer.status, text: `the answer is ${what}: is this a Kubernetes API?` })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * A lost create may have been done, and would then fail the second time. A server that was there a moment ago and
 * now refuses is one that restarts.
 */
function repeatable(call: Call, error: unknown, reached: boolean): boolean {
  const code = systemCode(error) ?? ''
  return (reached && code === 'ECONNREFUSED') || (call.method !== 'POST' && broken.has(code))
}

/** 429: not done for sure. 503: a server that is just starting, or an aggregated API without a server. */
function postponed(call: Call, status: number): boolean {
  return status === 429 || (status === 503 && call.method !== 'POST')
}

async function once({ config, server }: Connection, call: Call): Promise<Answer> {
  const options: https.RequestOptions = {}
  await config.applyToHTTPSOptions(options).catch(() => {
    throw badCredentials(server)
  })
  const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body))
  const headers = {
    ...(options.headers as http.OutgoingHttpHeaders),
    accept: 'application/json, */*;q=0.8',
    'user-agent': 'sealift',
    ...(body
      ? { 'content-type': call.contentType ?? 'application/json', 'content-length': body.length }
      : {}),
  }
  const url = new URL((config.getCurrentCluster()?.server ?? server).replace(/\/$/, '') + call.path)
  const signal = AbortSignal.timeout(timeout)
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const { request } = url.protocol === 'http:' ? http : https
    const direct = url.protocol === 'https:' && config.getCurrentCluster()?.proxyUrl === undefined
    const agent = direct && call.method !== 'POST' ? { agent: kept } : {}
    const sent = request(url, { ...options, ...agent, method: call.method, headers, signal }, resolve)
    sent.once('error', reject)
    sent.end(body)
  })
  const retryAfter = Number(response.headers['retry-after'])
  const got = { status: response.statusCode ?? 0, text: await textOf(response) }
  return retryAfter > 0 ? { ...got, retryAfter } : got
}

/** A body as text. @throws Error for one that is larger than any answer of a Kubernetes API */
async function textOf(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > mostBytes) throw new Error('it answers without end')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
