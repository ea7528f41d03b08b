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

/**
 * Starts it on a cluster that has its CRDs. Whatever it asks over plain HTTP, whichever Service that names, goes to
 * `target`: it is told to use a proxy, which knows no other place.
 */
export async function startEso(kubeconfig: string, target: string): Promise<EsoProcess> {
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
  const flags = ['--metrics-addr=0', '--live-addr=127.0.0.1:0', '--enable-generator-state=false']
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', await goTool('eso'), ...flags], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], KUBECONFIG: kubeconfig, HTTP_PROXY },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
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
