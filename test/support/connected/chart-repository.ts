import { createReadStream } from 'node:fs'
import { createServer } from 'node:http'
import { type Chart, repositoryIndex } from './chart.ts'
import { listen } from './listen.ts'

/** A running Helm repository. */
export interface ChartRepository {
  /** `127.0.0.1:PORT` */
  readonly host: string
  readonly url: string
  stop(): Promise<void>
}

/** Serves charts as a plain Helm repository (index.yaml and archives) over HTTP on a free loopback port. */
export async function startChartRepository(charts: readonly Chart[]): Promise<ChartRepository> {
  const index = repositoryIndex(charts)
  const archives = new Map(charts.map(chart => [`/${chart.name}-${chart.version}.tgz`, chart.archive]))
  const server = createServer((request, response) => {
    const archive = archives.get(request.url ?? '')
    if (request.url === '/index.yaml') {
      response
        .writeHead(200, { 'content-type': 'text/yaml', 'content-length': Buffer.byteLength(index) })
        .end(index)
    } else if (archive) {
      response.writeHead(200, { 'content-type': 'application/gzip', 'content-length': archive.size })
      createReadStream(archive.path).pipe(response)
    } else response.writeHead(404).end('404 page not found\n')
  })
  const { host, stop } = await listen(server)
  return { host, url: `http://${host}`, stop }
}
