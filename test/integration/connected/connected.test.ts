import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { loadAll } from 'js-yaml'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type ConnectedSide,
  databaseImages,
  databaseManifests,
  startConnectedSide,
} from '../../support/connected/index.ts'
import { goTool } from '../../support/tools/build.ts'

let side: ConnectedSide
let home: string
const lines: string[] = []

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'sealift-helm-'))
  side = await startConnectedSide(line => lines.push(line))
}, 900_000)
afterAll(async () => {
  await side?.stop()
  await rm(home, { recursive: true, force: true })
})

async function helm(...args: string[]): Promise<string> {
  const env = { HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home }
  return (await execa(await goTool('helm'), args, { env })).stdout
}

test.each([
  ['sealift-sandbox/external-secrets:v0.20.4', ['/bin/external-secrets'], '65534'],
  ['sealift-sandbox/infisical-stand-in:0.1.0', ['/usr/bin/node', '/app/main.mjs'], '1001'],
  ['sealift-sandbox/postgres:15', ['/usr/local/bin/start-postgres'], '999:999'],
  ['sealift-sandbox/redis:7', ['/usr/local/bin/start-redis'], '999:999'],
])('%s is in the registry, whole', async (name, entrypoint, user) => {
  const image = `${side.registry}/${name}`
  const crane = await goTool('crane')
  await execa(crane, ['validate', '--insecure', '--remote', image])
  const config = JSON.parse((await execa(crane, ['config', '--insecure', image])).stdout)
  expect(config).toMatchObject({
    os: 'linux',
    architecture: 'amd64',
    config: { Entrypoint: entrypoint, User: user },
  })
})

test("ESO's chart is a Helm artifact, and its CRDs can be left out", async () => {
  const chart = `oci://${side.registry}/charts/external-secrets`
  const where = ['--plain-http', '--version', '0.20.4']
  expect(await helm('show', 'chart', chart, ...where)).toMatch(/^version: 0\.20\.4$/m)
  const kinds = async (installCRDs: boolean) => {
    const args = ['template', 'eso', chart, ...where, '--set', `installCRDs=${installCRDs}`]
    const objects = loadAll(await helm(...args)) as { kind: string; metadata: { name: string } }[]
    return objects.map(({ kind }) => kind)
  }
  const crds = (all: string[]) => all.filter(kind => kind === 'CustomResourceDefinition')
  const all = await kinds(true)
  expect(crds(all)).toHaveLength(23)
  expect(all.filter(kind => kind === 'Deployment')).toHaveLength(3)
  expect(crds(await kinds(false))).toEqual([])
})

test("the stand-in's chart comes from the Helm repository", async () => {
  await helm('repo', 'add', 'sandbox', side.chartRepository)
  const found = JSON.parse(await helm('search', 'repo', 'sandbox', '--devel', '-o', 'json'))
  expect(found).toHaveLength(1)
  expect(await helm('show', 'chart', found[0].name, '--devel')).toContain(`version: ${found[0].version}`)
})

test('helm is in an artifact as its release has it, and says its version', async () => {
  const oras = await goTool('oras')
  const manifest = await execa(oras, [
    'manifest',
    'fetch',
    '--plain-http',
    `${side.registry}/tools/helm:v4.3.1`,
  ])
  expect(JSON.parse(manifest.stdout)).toMatchObject({ artifactType: 'application/vnd.sealift.tool.v1' })
  await execa(oras, ['pull', '--plain-http', '-o', home, `${side.registry}/tools/helm:v4.3.1`])
  await execa('tar', ['-xzf', join(home, 'helm-v4.3.1-linux-amd64.tar.gz'), '-C', home])
  expect((await execa(join(home, 'linux-amd64/helm'), ['version', '--short'])).stdout).toMatch(/^v4\.3\.1/)
})

test("the shared services' archives are read by skopeo under the names that their manifests use", async () => {
  const used = JSON.stringify(databaseManifests({ postgres: 'a', redis: 'b' }))
  for (const service of ['postgres', 'redis'] as const) {
    const name = databaseImages[service]
    const { stdout } = await execa('skopeo', ['inspect', `oci-archive:${side.archives[service]}:${name}`])
    expect(JSON.parse(stdout)).toMatchObject({ Os: 'linux', Architecture: 'amd64' })
    expect(used).toContain(`"image":"${name}"`)
  }
})

test("registries.yaml sends the sandbox's names to this machine", async () => {
  const [file] = loadAll(await readFile(side.registriesFile, 'utf8')) as [
    { mirrors: Record<string, unknown> },
  ]
  const registry = { endpoint: [`http://${side.registry}`] }
  expect(file.mirrors).toEqual({
    'docker.io': registry,
    'oci.sandbox.test': registry,
    'charts.sandbox.test': { endpoint: [side.chartRepository] },
  })
})
