/** A way to an API server that notes every call: plain HTTP on loopback, whose calls go on with the caller's own login. */
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { request } from 'node:https'

/** A running recorder. */
export interface RecordingApi {
  /** Path of a kubeconfig that leads through it. */
  readonly kubeconfig: string
  /** `GET /api/v1/nodes`, query included, in the order in which they came. */
  readonly calls: string[]
  stop(): Promise<void>
}

/** Starts one before the server that a kubeconfig (JSON, of one cluster) names; `path` is the new kubeconfig's. */
export async function startRecordingApi(kubeconfig: string, path: string): Promise<RecordingApi> {
  const config = JSON.parse(await readFile(kubeconfig, 'utf8'))
  const { server: target, 'certificate-authority-data': authority } = config.clusters[0].cluster
  const ca = Buffer.from(authority, 'base64')
  const calls: string[] = []
  const server = createServer((incoming, answer) => {
    const { method = '', url = '', headers } = incoming
    calls.push(`${method} ${url}`)
    const { host: _, ...passed } = headers
    const onward = request(new URL(url, target), { method, headers: passed, ca }, response => {
      answer.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(answer)
    })
    onward.on('error', () => answer.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the recorder has no port')
  config.clusters[0].cluster = {
    server: `http://127.0.0.1:${address.port}`,
    'insecure-skip-tls-verify': true,
  }
  await writeFile(path, JSON.stringify(config), { mode: 0o600 })
  return {
    kubeconfig: path,
    calls,
    async stop() {
      const closed = new Promise(resolve => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}
