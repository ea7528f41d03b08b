import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import manifest from '../../oclif.manifest.json' with { type: 'json' }
import { type ErrorCode, exitCodes } from '../../src/kernel/errors/index.ts'
import { sampleBundle } from '../../test/support/sample-bundle.ts'

const bundles = join(import.meta.dirname, '..', '..', 'bundles')

/** Verbs with what is written for them, and how far they come in a cluster of no nodes. */
const whole: Readonly<Record<string, ErrorCode | 'well'>> = {
  '--help': 'well',
  'install --help': 'well',
  'keys new key': 'well',
  'sign bundle.tar --key key.key': 'well',
  'inspect bundle.tar': 'well',
  'images bundle.tar --why': 'well',
  'verify bundle.tar --key key.pub': 'well',
  'sbom bundle.tar': 'well',
  'diff bundle.tar bundle.tar': 'well',
  'status -c site.yaml': 'NOT_INSTALLED',
  'check -c site.yaml': 'NOT_INSTALLED',
  'preflight bundle.tar -c site.yaml --allow-unsigned': 'PREFLIGHT_FAILED',
  'plan bundle.tar -c site.yaml --allow-unsigned': 'LOAD_FAILED',
  'install bundle.tar -c site.yaml --allow-unsigned': 'LOAD_FAILED',
  'rollback bundle.tar -c site.yaml --allow-unsigned --yes': 'LOAD_FAILED',
  'tenancy plan -c site.yaml -f infisical/tenancy.yaml': 'NOT_INSTALLED',
  'stores check -c site.yaml -f infisical/tenancy.yaml': 'NOT_INSTALLED',
  'build sandbox --registries registries.yaml': 'CHART_NOT_FOUND',
}

/** A verb to run, and the exit code that it has where it comes as far as it should; without one any but that of a bug. */
export interface Lesson {
  readonly words: readonly string[]
  readonly exitCode?: number
}

/** What is run to come by the code of verbs: each of them at least until it asks for what it needs. */
export const lessons: readonly Lesson[] = [
  ...Object.entries(whole).map(([words, end]) => ({
    words: words.split(' '),
    exitCode: end === 'well' ? 0 : exitCodes[end],
  })),
  ...Object.keys(manifest.commands).map(id => ({ words: id.split(':') })),
]

/** The sample's charts, one for each part of the platform: verbs of a site look no further where one is missing. */
const charts = { 'infisical-standalone': 'infisical', 'external-secrets': 'external-secrets' }
const spec = JSON.stringify({
  ...{ apiVersion: 'sealift.dev/v1', kind: 'Bundle', metadata: { name: 'sample', version: '1.0.0' } },
  kubernetes: '1.36.0',
  charts: Object.entries(charts).map(([name, wire]) => ({
    ...{ name, version: '1.2.3', release: name, namespace: name },
    ...{ oci: `registry.example/charts/${name}`, wire },
  })),
  tools: [{ name: 'helm', version: '4.1.4', path: 'helm' }],
  budget: { memory: '640Mi', cpu: '300m' },
})

/** Writes what they name: a bundle, a site, specs, whose cluster and registries are at the server `at`. */
export async function writeBooks(folder: string, at: string): Promise<void> {
  const kubeconfig = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'c' },
    clusters: [{ name: 'c', cluster: { server: at, 'insecure-skip-tls-verify': true } }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'c' } }],
    users: [{ name: 'c', user: {} }],
  }
  const site = {
    ...{ apiVersion: 'sealift.dev/v1', kind: 'Site', metadata: { name: 'site' }, organization: 'o' },
    ...{ cluster: { kubeconfig: 'kubeconfig' }, admin: { email: 'a@site.local' } },
    database: { host: 'postgres.databases.svc', admin: { namespace: 'databases', name: 'postgres' } },
    dragonfly: { host: 'dragonfly.databases.svc' },
    escrow: 'none',
  }
  const mirrors = { '*': { endpoint: [at] } }
  await cp(bundles, folder, { recursive: true })
  await writeFile(join(folder, 'bundle.tar'), sampleBundle({ spec, charts: Object.keys(charts) }).file)
  const files = { kubeconfig, 'site.yaml': site, 'registries.yaml': { mirrors } }
  for (const [name, content] of Object.entries(files))
    await writeFile(join(folder, name), JSON.stringify(content))
}
