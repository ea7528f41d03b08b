import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import manifest from '../../oclif.manifest.json' with { type: 'json' }
import { sampleBundle } from '../../test/support/sample-bundle.ts'

const bundles = join(import.meta.dirname, '..', '..', 'bundles')

/** Verbs with what is written for them. */
const whole = [
  '--help',
  'install --help',
  'keys new key',
  'sign bundle.tar --key key.key',
  'inspect bundle.tar',
  'images bundle.tar --why',
  'verify bundle.tar --key key.pub',
  'sbom bundle.tar',
  'diff bundle.tar bundle.tar',
  'status -c site.yaml',
  'check -c site.yaml',
  'preflight bundle.tar -c site.yaml --allow-unsigned',
  'plan bundle.tar -c site.yaml --allow-unsigned',
  'install bundle.tar -c site.yaml --allow-unsigned',
  'rollback bundle.tar -c site.yaml --allow-unsigned --yes',
  'tenancy plan -c site.yaml -f infisical/tenancy.yaml',
  'stores check -c site.yaml -f infisical/tenancy.yaml',
  'build sandbox --registries registries.yaml',
]

/** What is run to come by the code of verbs: each of them at least until it asks for what it needs. */
export const lessons: readonly (readonly string[])[] = [
  ...whole.map(words => words.split(' ')),
  ...Object.keys(manifest.commands).map(id => id.split(':')),
]

/** That of the sample, with all that verbs of a site read in it. */
const spec = JSON.stringify({
  ...{ apiVersion: 'sealift.dev/v1', kind: 'Bundle', metadata: { name: 'sample', version: '1.0.0' } },
  kubernetes: '1.36.0',
  charts: [
    {
      ...{ name: 'demo', version: '1.2.3', release: 'demo', namespace: 'demo' },
      ...{ oci: 'registry.example/charts/demo', wire: 'infisical' },
    },
  ],
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
  }
  const mirrors = { '*': { endpoint: [at] } }
  await cp(bundles, folder, { recursive: true })
  await writeFile(join(folder, 'bundle.tar'), sampleBundle({ spec }).file)
  const files = { kubeconfig, 'site.yaml': site, 'registries.yaml': { mirrors } }
  for (const [name, content] of Object.entries(files))
    await writeFile(join(folder, name), JSON.stringify(content))
}
