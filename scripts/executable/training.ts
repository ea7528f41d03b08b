import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { packed } from '../../src/adapters/compiled/pieces.ts'
import { sampleBundle } from '../../test/support/sample-bundle.ts'
import { writeExecutable } from './inject.ts'
import { compileMain, type Program } from './program.ts'

const run = promisify(execFile)
const bundles = join(import.meta.dirname, '..', '..', 'bundles')
const codes = ['code', 'code-streaming']

/** What is run, each as far as it comes at servers that have nothing; verbs that stream are of a code of their own. */
const lessons = [
  '--help',
  'install --help',
  'inspect bundle.tar',
  'images bundle.tar --why',
  'verify bundle.tar',
  'sbom bundle.tar',
  'diff bundle.tar bundle.tar',
  'status -c site.yaml',
  'check -c site.yaml',
  'preflight bundle.tar -c site.yaml',
  'plan bundle.tar -c site.yaml',
  'tenancy plan -c site.yaml -f infisical/tenancy.yaml',
  'stores check -c site.yaml -f infisical/tenancy.yaml',
  'install bundle.tar -c site.yaml',
  'build sandbox --registries registries.yaml',
]

/**
 * A program with the code that V8 makes of it where it is used, which an executable of it in a folder below `folder` comes by
 * when verbs are run. It is good for this very Node. @throws Error of the tools that make one, or where it cannot be run
 */
export async function trained(program: Program, folder: string): Promise<Program> {
  await mkdir(folder, { recursive: true })
  const work = await mkdtemp(join(folder, '.training-'))
  const server = createServer((_, response) => response.writeHead(404).end('{}')).listen(0, '127.0.0.1')
  try {
    await once(server, 'listening')
    const sealift = join(work, 'sealift')
    await writeExecutable({ ...untrained(program), main: await compileMain(work) }, sealift)
    await writeBooks(work, `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    // Most of them fail, as they must: what they came by until then is kept.
    for (const lesson of lessons)
      await run(sealift, lesson.split(' '), { cwd: work, timeout: 20_000 }).catch(() => {})
    const read = codes.map(async name => [name, await readFile(join(work, name))] as const)
    return { ...program, assets: new Map([...program.assets, ...(await Promise.all(read))]) }
  } finally {
    server.close()
    await rm(work, { recursive: true, force: true })
  }
}

/** The same without any, for another architecture: it is not run here, and its V8 would not take this one's. */
export function untrained(program: Program): Program {
  const none = codes.map(name => [name, packed(new Map())] as const)
  return { ...program, assets: new Map([...program.assets, ...none]) }
}

/** Writes what they are run on: a bundle, a site, and specs whose registries are at `server`. */
async function writeBooks(work: string, server: string): Promise<void> {
  const kubeconfig = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'c' },
    clusters: [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'c' } }],
    users: [{ name: 'c', user: {} }],
  }
  const site = {
    ...{ apiVersion: 'sealift.dev/v1', kind: 'Site', metadata: { name: 'site' }, organization: 'o' },
    ...{ cluster: { kubeconfig: 'kubeconfig' }, admin: { email: 'a@site.local' } },
    database: { host: 'postgres.databases.svc', admin: { namespace: 'databases', name: 'postgres' } },
    dragonfly: { host: 'dragonfly.databases.svc' },
  }
  const hosts = ['oci.sandbox.test', 'registry.sandbox.test', 'charts.sandbox.test']
  const mirrors = Object.fromEntries(hosts.map(host => [host, { endpoint: [server] }]))
  await cp(bundles, work, { recursive: true })
  await writeFile(join(work, 'bundle.tar'), sampleBundle().file)
  for (const [name, content] of Object.entries({
    kubeconfig,
    'site.yaml': site,
    'registries.yaml': { mirrors },
  }))
    await writeFile(join(work, name), JSON.stringify(content))
}
