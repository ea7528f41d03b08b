import { PassThrough } from 'node:stream'
import type { Connection } from './kubeconfig.ts'
import { within } from './tunnel.ts'

/** A program to run in a container. */
export interface Execution {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  /** The program's path there, and its arguments. */
  readonly command: readonly string[]
}

/** How a program ended. */
export interface Executed {
  readonly stdout: string
  readonly stderr: string
  /** Its exit code; absent when it could not be started, or nobody knows how it ended. */
  readonly code?: number
  /** What the server says of it where it did not end with 0. */
  readonly message?: string
  /** Whether the connection went before the program's end: it may run on. */
  readonly cut: boolean
}

// Channels of remotecommand over websockets (k8s.io/apimachinery/pkg/util/remotecommand); 255 ends another one.
const [stdin, stdout, stderr, status, closing] = [0, 1, 2, 3, 255]
/** The first protocol in which stdin can be ended without the whole connection: Kubernetes 1.30. */
const endsStdin = 'v5.channel.k8s.io'
const connectTimeout = 15_000
/** Nothing passes while a program works in silence, which a balancer might take for a dead connection. In milliseconds. */
const keepAlive = 15_000
/** What client-node ends when the server ends a stream: this process's own, unless others are given. */
const ownStreams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() }
/** No program's words are as long, in bytes: whoever answers for it may be anybody. */
const mostSaid = 64 * 1024 * 1024
/** How long a program may take to end once its stdin has, when it is told to stop; in milliseconds. */
const grace = 10_000

/**
 * Runs a program in a container and waits for its end. Bytes of `input` wait until the connection takes them. When
 * `signal` says so, or `input` breaks off, stdin ends, and after a while the connection; without an input, at once.
 * What it writes goes to `output`, if that is given, and waits in the pod while that takes it.
 * Rejects when the program could not be asked for, or has no end of words, and with what `output` rejects with.
 */
export async function execute(
  { config }: Connection,
  { namespace, pod, container, command }: Execution,
  {
    input,
    output,
    signal,
  }: {
    readonly input?: AsyncIterable<Uint8Array> | undefined
    readonly output?: ((bytes: Uint8Array) => Promise<void>) | undefined
    readonly signal?: AbortSignal | undefined
  },
): Promise<Executed> {
  const { WebSocketHandler } = await import('@kubernetes/client-node/dist/web-socket-handler.js')
  const query = new URLSearchParams({ container, stdout: 'true', stderr: 'true' })
  if (input) query.set('stdin', 'true')
  for (const word of command) query.append('command', word)
  const names = [namespace, pod].map(encodeURIComponent)
  const path = `/api/v1/namespaces/${names[0]}/pods/${names[1]}/exec?${query}`
  const said: Record<number, Buffer[]> = { [stdout]: [], [stderr]: [], [status]: [] }
  let bytesSaid = 0
  const over = Promise.withResolvers<void>()
  // Taken one after the other; while one waits, the connection does.
  let taking = Promise.resolve()
  let waiting = 0
  let websocket: { pause(): void; resume(): void } | undefined
  const take = (give: (bytes: Uint8Array) => Promise<void>, bytes: Uint8Array) => {
    waiting += 1
    websocket?.pause()
    taking = taking.then(() => give(bytes))
    taking.then(
      () => {
        waiting -= 1
        if (waiting === 0) websocket?.resume()
      },
      error => over.reject(error),
    )
  }
  const receive = (channel: number, message: Buffer) => {
    if (channel === stdout && output !== undefined) {
      if (message.length > 0) take(output, message)
      return true
    }
    bytesSaid += message.length
    if (bytesSaid > mostSaid) over.reject(new Error('it answers without end'))
    else said[channel]?.push(message)
    return bytesSaid <= mostSaid
  }
  // Where nobody waits for it yet, it is told when somebody does.
  over.promise.catch(() => {})
  const connecting = new WebSocketHandler(config, undefined, ownStreams).connect(path, null, receive)
  const open = await within(connectTimeout, connecting, late => late.terminate())
  websocket = open
  if (waiting > 0) open.pause()
  open.on('close', () => over.resolve())
  open.on('error', () => over.resolve())
  const pinging = setInterval(() => open.readyState === open.OPEN && open.ping(), keepAlive)
  const send = (bytes: Uint8Array) =>
    new Promise<void>((resolve, reject) => open.send(bytes, error => (error ? reject(error) : resolve())))
  const stop = () => {
    if (!input) open.terminate()
    else setTimeout(() => open.terminate(), grace).unref()
  }
  signal?.addEventListener('abort', stop, { once: true })
  const feed = async (bytes: AsyncIterable<Uint8Array>) => {
    if (open.protocol !== endsStdin) {
      open.terminate()
      throw new Error(
        'this cluster is older than Kubernetes 1.30: no program there can be told that its input ends',
      )
    }
    try {
      for await (const part of bytes) {
        if (open.readyState !== open.OPEN) break
        await send(Buffer.concat([Buffer.of(stdin), part]))
      }
    } finally {
      if (open.readyState === open.OPEN) await send(Buffer.of(closing, stdin)).catch(() => {})
    }
  }
  try {
    if (open.readyState !== open.OPEN) over.resolve()
    else if (signal?.aborted) stop()
    const fed = input ? feed(input) : Promise.resolve()
    // What breaks the input off shows in how the program ends, and whoever gave it knows more.
    if (open.protocol === endsStdin) fed.catch(() => {})
    else await fed
    await over.promise
    await taking
  } finally {
    clearInterval(pinging)
    signal?.removeEventListener('abort', stop)
    open.terminate()
  }
  return outcome(said)
}

function outcome(said: Readonly<Record<number, readonly Buffer[]>>): Executed {
  const text = (channel: number) => Buffer.concat(said[channel] ?? []).toString('utf8')
  const outputs = { stdout: text(stdout), stderr: text(stderr) }
  const ended = text(status)
  if (ended === '') return { ...outputs, cut: true, message: 'the connection to the pod broke off' }
  return { ...outputs, cut: false, ...read(ended) }
}

/** The `Status` at the end (metav1): Success, or a failure whose cause may be an exit code. */
function read(text: string): Pick<Executed, 'code' | 'message'> {
  let found: { status?: unknown; message?: unknown; details?: { causes?: unknown } }
  try {
    found = JSON.parse(text)
  } catch {
    return { message: text }
  }
  if (found.status === 'Success') return { code: 0 }
  const causes = Array.isArray(found.details?.causes) ? found.details.causes : []
  const exit = Number(causes.find(one => one?.reason === 'ExitCode')?.message)
  const message = typeof found.message === 'string' ? found.message : 'it failed'
  return Number.isInteger(exit) ? { code: exit, message } : { message }
}
