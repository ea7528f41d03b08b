/** Rewritten manifests on the real API server with the real definitions, and diffs that other people's tools apply. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, it, test } from 'vitest'
import { createCluster } from '../../src/adapters/cluster/index.ts'
import { type Cluster, type KubernetesObject, kinds } from '../../src/kernel/ports/index.ts'
import { parseManifests } from '../../src/kernel/yaml/index.ts'
import { storedIn } from '../../src/teams/manifests/index.ts'
import { systemClock } from '../contract/infisical-client/system.ts'
import { type ApiServer, startApiServer } from '../support/apiserver.ts'
import { esoCrds } from '../support/connected/eso.ts'
import { rewritten, scope, store } from '../unit/teams/manifests/rewritten.ts'

let api: ApiServer
let cluster: Cluster
let crds: KubernetesObject[]

beforeAll(async () => {
  ;[api, crds] = await Promise.all([startApiServer(), esoCrds()])
  cluster = createCluster({ kubeconfig: api.kubeconfig, environment: {} })
  for (const crd of crds) await cluster.apply(crd)
  await cluster.apply({ ...kinds.namespace, metadata: { name: 'talent-mesh' } })
})
afterAll(() => api?.stop())

const dated = store(
  ...['url: https://infisical.openova.io', 'auth:', '  serviceToken:', '    secretRef:'],
  ...['      name: infisical-token', '      namespace: external-secrets', '      key: token'],
)
const external = `apiVersion: external-secrets.io/v1beta1
kind: ExternalSecret
metadata: { name: talent-mesh-db-credentials, namespace: talent-mesh }
spec:
  refreshInterval: 1h
  secretStoreRef: { kind: ClusterSecretStore, name: infisical-store }
  target: { name: db-credentials }
  data:
    - { secretKey: password, remoteRef: { key: /talent-mesh/prod/POSTGRES_PASSWORD } }
`
const instead = { project: 'talent-mesh', environment: 'prod' }

it.each([
  ['the decision’s store', dated],
  ['the decision’s ExternalSecret', external],
  ['a store in brackets', store('url: https://x', 'auth: {}', ...scope).replace('team-store', '"other"')],
])('%s is refused as it was, and taken as it becomes', async (_, text) => {
  const read = (of: string) => parseManifests(of)[0] as KubernetesObject
  await expect(cluster.preview(read(text), 'kubectl')).rejects.toMatchObject({ code: 'CLUSTER_FAILED' })
  const made = read(rewritten(text, instead).text ?? '')
  // Fields that the definition does not have would be left out, or refused.
  expect(await cluster.preview(made, 'kubectl')).toMatchObject(made)
})

it('what is kept as v1beta1 is found, and written anew without a change', async () => {
  const name = 'externalsecrets.external-secrets.io'
  const definition = crds.find(({ metadata }) => metadata.name === name) ?? expect.fail()
  const { versions, ...spec } = definition['spec'] as { versions: readonly { name: string }[] }
  const older = versions.map(one => ({ ...one, served: true, storage: one.name === 'v1beta1' }))
  await cluster.apply({ ...definition, spec: { ...spec, versions: older } })
  const made = parseManifests(external)[0] as KubernetesObject
  await until(() => cluster.preview(made, 'kubectl'))
  await cluster.create(made)
  await cluster.apply(definition)
  const live = () => cluster.get(kinds.externalSecret, made.metadata.name, 'talent-mesh')
  await until(async () => {
    const isRefused = await cluster.preview(made, 'kubectl').then(
      () => undefined,
      () => true,
    )
    return isRefused
  })
  const [before, found] = [await live(), await storedIn(cluster, false)]
  expect(found.kinds).toEqual([
    { kind: 'ExternalSecret', storedVersions: ['v1', 'v1beta1'], objects: 1, written: 0 },
  ])
  expect(found.notes).toContainEqual(
    expect.objectContaining({ kind: 'told', where: expect.stringContaining(made.metadata.name) }),
  )
  expect((await storedIn(cluster, true)).kinds).toMatchObject([{ objects: 1, written: 1 }])
  const after = await live()
  // The API server wrote it, and it says what it said.
  expect(after?.metadata['resourceVersion']).not.toBe(before?.metadata['resourceVersion'])
  expect(after?.['spec']).toEqual(before?.['spec'])
  await storedIn(cluster, true)
  expect((await live())?.metadata['resourceVersion']).toBe(after?.metadata['resourceVersion'])
})

/** Asks until it is answered: an API server takes a moment to serve what a definition says. */
async function until(ask: () => Promise<unknown>): Promise<void> {
  for (let round = 0; round < 120; round++) {
    if ((await ask().catch(() => undefined)) !== undefined) return
    await systemClock.sleep(250)
  }
  throw new Error('the API server does not serve it')
}

interface Shape {
  readonly properties?: Readonly<Record<string, Shape>>
  readonly items?: Shape
  readonly additionalProperties?: Shape | boolean
}

test('v1 has every field that v1beta1 had: the version and Infisical’s dated fields are all there is to rewrite', () => {
  const lost = (old: Shape, now: Shape | undefined, path: string): string[] => [
    ...(now === undefined ? [path] : []),
    ...Object.entries(old.properties ?? {}).flatMap(([name, field]) =>
      lost(field, now?.properties?.[name], `${path}.${name}`),
    ),
    ...(old.items === undefined ? [] : lost(old.items, now?.items, `${path}[]`)),
  ]
  const compared = crds.flatMap(crd => {
    const { versions, names } = crd['spec'] as {
      versions: readonly { name: string; schema: { openAPIV3Schema: Shape } }[]
      names: { kind: string }
    }
    const [old, now] = ['v1beta1', 'v1'].map(
      name => versions.find(version => version.name === name)?.schema.openAPIV3Schema,
    )
    return old === undefined ? [] : [{ kind: names.kind, lost: lost(old, now, names.kind) }]
  })
  expect(compared.toSorted((a, b) => (a.kind < b.kind ? -1 : 1))).toEqual(
    ['ClusterExternalSecret', 'ClusterSecretStore', 'ExternalSecret', 'SecretStore'].map(kind => ({
      kind,
      lost: [],
    })),
  )
})

test.each([
  ['git', ['apply', '-p1', 'x.diff']],
  ['patch', ['-p1', '--fuzz=0', '-i', 'x.diff']],
])('%s applies the diff', async (tool, words) => {
  const dir = await mkdtemp(join(tmpdir(), 'sealift-diff-'))
  try {
    const text = `# ours\n${dated}---\n${external}---\nkind: ConfigMap\n---\n${external.trimEnd()}`
    const made = rewritten(text, instead)
    await writeFile(join(dir, 'a.yaml'), text)
    await writeFile(join(dir, 'x.diff'), made.diff)
    await execa(tool, words, { cwd: dir })
    expect(await readFile(join(dir, 'a.yaml'), 'utf8')).toBe(made.text)
  } finally {
    await rm(dir, { recursive: true })
  }
})
