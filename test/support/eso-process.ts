/** The real External Secrets Operator as a process beside an API server, for tests that need no cluster. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { goTool } from './tools/build.ts'

/** It runs until it is stopped. */
export interface EsoProcess {
  /** Everything it has printed so far. */
  output(): string
  stop(): Promise<void>
}

/** Runs what follows with its standard input as the token of a pod's account, in a mount namespace of its own. */
const mounted = [
  ...['unshare', '--mount', 'sh', '-ceu'],
  'mount -t tmpfs tmpfs /run; dir=/run/secrets/kubernetes.io/serviceaccount; mkdir -p $dir; cat > $dir/token; exec "$@"',
  'sh',
]

/**
 * Starts it on a cluster that has its CRDs. Whatever it asks over plain HTTP, whichever Service that names, goes to
 * `target`: it is told to use a proxy, which knows no other place. `token` is that of its service account, and lies where
 * a pod would find it: that wants the rights to mount. `more` are flags of its own, as its chart sets them.
 */
export async function startEso(
  kubeconfig: string,
  target: string,
  token?: string,
  more: readonly string[] = [],
): Promise<EsoProcess> {
  const proxy = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', target)
    const { method, headers } = request
    const { host } = new URL(target)
    const passed = send(target + pathname + search, { method, headers: { ...headers, host } }, answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    passed.on('error', () => response.destroy())
    request.pipe(passed)
  })
  await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve))
  const { port } = proxy.address() as AddressInfo
  const HTTP_PROXY = `http://127.0.0.1:${port}`
  const flags = ['--metrics-addr=0', '--live-addr=127.0.0.1:0', '--enable-generator-state=false', ...more]
  const eso = await goTool('eso')
  const command = token === undefined ? [eso, ...flags] : [...mounted, eso, ...flags]
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...command], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], KUBECONFIG: kubeconfig, HTTP_PROXY },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.end(token ?? '')
  const ended = once(child, 'exit')
  let output = ''
  const keep = (chunk: unknown) => {
    output += String(chunk)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  return {
    output: () => output,
    async stop() {
      child.kill('SIGKILL')
      await ended
      proxy.closeAllConnections()
      await new Promise(resolve => proxy.close(resolve))
    },
  }
}
