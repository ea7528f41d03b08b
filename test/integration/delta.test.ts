/** Two versions of a bundle from a real registry, the delta between them, and what it is good for on a real containerd. */
import { copyFile, mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRuntime } from '../../src/adapters/containerd/index.ts'
import { nodeFiles } from '../../src/adapters/files/index.ts'
import { openBundle } from '../../src/bundle/layout/index.ts'
import { printFacts } from '../../src/kernel/facts/index.ts'
import { imagesIn } from '../../src/site/facts/nodes.ts'
import { loadImages, requireBase } from '../../src/site/load/index.ts'
import { push, randomImage, startRegistry, type TestRegistry } from '../support/connected/index.ts'
import { helmArtifact, helmVersion } from '../support/connected/tools.ts'
import { startContainerd, type TestContainerd } from '../support/containerd.ts'
import { filesBelow } from '../support/files-below.ts'
import { sealift, sealiftJson } from '../support/road.ts'
import { sampleFacts, sampleNode } from '../support/sample-facts.ts'
import { goTool } from '../support/tools/build.ts'

const layer = 3_000_000
const platform = 'linux/amd64'
const env = { SOURCE_DATE_EPOCH: '1700000000' }
let registry: TestRegistry
let dir: string
const at = (...path: string[]) => join(dir, ...path)
const older = () => at('out', 'demo-1.0.0.tar')
const full = () => at('out', 'demo-1.1.0.tar')
const delta = () => at('out', 'demo-1.1.0.since-1.0.0.tar')

interface Built {
  readonly path: string
  readonly digest: string
  readonly size: number
  readonly fetched: number
  readonly absent?: { readonly layers: number; readonly bytes: number; readonly since: string }
}
let builtFull: Built
let builtDelta: Built

async function spec(version: string, images: readonly string[]): Promise<string> {
  const folder = at(version)
  await mkdir(join(folder, 'chart', 'templates'), { recursive: true })
  await writeFile(join(folder, 'chart', 'Chart.yaml'), 'apiVersion: v2\nname: demo\nversion: 1.0.0\n')
  const object = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: demo }\n'
  await writeFile(join(folder, 'chart', 'templates', 'map.yaml'), object)
  const text = `
apiVersion: sealift.dev/v1
kind: Bundle
metadata: { name: demo, version: ${version} }
kubernetes: 1.35.4
charts: [{ name: demo, path: chart, version: 1.0.0, release: demo, namespace: demo }]
images: [${images.join(', ')}]
tools:
  - name: helm
    version: ${helmVersion}
    platform: linux/amd64
    oci: oci.sandbox.test/tools/helm:${helmVersion}
    member: linux-amd64/helm
budget: { memory: 640Mi, cpu: 300m }
`
  await writeFile(join(folder, 'bundle.yaml'), text)
  return folder
}

/** Runs the CLI. @throws Error with its words when it fails */
async function run<T>(...args: string[]): Promise<T> {
  const where = ['lock', 'build'].includes(args[0] ?? '') ? ['--registries', at('registries.yaml')] : []
  const { exitCode, stderr, json } = await sealiftJson<T>([...args, ...where], { env })
  if (exitCode !== 0) throw new Error(`sealift ${args.join(' ')}: ${stderr}${JSON.stringify(json)}`)
  return json
}

beforeAll(async () => {
  for (const tool of ['registry', 'helm'] as const) await goTool(tool)
  dir = await mkdtemp(join(tmpdir(), 'sealift-delta-'))
  registry = await startRegistry()
  const random = (layers: number, seed: string) => randomImage({ layers, bytesPerLayer: layer, seed })
  await push(registry.host, 'lab/app', '1', await random(2, 'app'))
  await push(registry.host, 'lab/app', '2', await random(3, 'app'))
  await push(registry.host, 'lab/same', '1', await random(1, 'same'))
  await push(registry.host, 'tools/helm', helmVersion, await helmArtifact())
  const mirror = (host: string) => `  ${host}:\n    endpoint:\n      - ${registry.url}\n`
  await writeFile(at('registries.yaml'), `mirrors:\n${mirror('docker.io')}${mirror('oci.sandbox.test')}`)
  for (const [version, app] of [
    ['1.0.0', 'docker.io/lab/app:1'],
    ['1.1.0', 'docker.io/lab/app:2'],
  ] as const) {
    const folder = await spec(version, [app, 'docker.io/lab/same:1'])
    await run('lock', folder)
    const built = await run<Built>('build', folder, '-o', at('out'))
    if (version === '1.1.0') builtFull = built
  }
  builtDelta = await run<Built>('build', at('1.1.0'), '-o', at('out'), '--since', older())
}, 900_000)

afterAll(async () => {
  await registry?.stop()
  if (dir) await rm(dir, { recursive: true, force: true })
})

describe('a delta', () => {
  test('has the full bundle’s identity, without the layers that the older one has', () => {
    expect(builtDelta.path).toBe(delta())
    expect(builtDelta.digest).toBe(builtFull.digest)
    const { layers, bytes, since } = builtDelta.absent ?? { layers: 0, bytes: 0, since: '' }
    expect([layers, since]).toEqual([3, 'demo 1.0.0'])
    expect(bytes).toBeGreaterThan(3 * layer)
    expect(builtFull.fetched - builtDelta.fetched).toBe(bytes)
    expect(builtFull.size - builtDelta.size).toBeGreaterThan(bytes)
    expect(builtFull.absent).toBeUndefined()
  })

  test.each([
    ['a lock', () => at('1.0.0', 'bundle.lock.yaml')],
    ['a spec folder', () => at('1.0.0')],
  ])('against %s is the same file', async (_, since) => {
    await run('build', at('1.1.0'), '-o', at('again'), '--since', since())
    await execa('cmp', [delta(), at('again', 'demo-1.1.0.since-1.0.0.tar')])
  })

  test('says what it is, and every layer that it leaves out', async () => {
    const { absent } = await run<{ absent: { digest: string; images: string[] }[] }>('inspect', delta())
    expect(absent).toHaveLength(3)
    expect(absent.map(({ images }) => images.join()).sort()).toEqual([
      'docker.io/lab/app:2',
      'docker.io/lab/app:2',
      'docker.io/lab/same:1',
    ])
    const { stdout } = await sealift(['inspect', delta()])
    expect(stdout).toMatch(/delta\s+without 3 layers \(9\.\d MB\), see below/)
    for (const { digest } of absent) expect(stdout).toContain(digest)
    expect((await sealift(['inspect', full()])).stdout).not.toContain('delta')
  })

  test('is verified with its base; without it says what is missing: exit 35', async () => {
    await run('verify', '--base', older(), delta())
    await run('verify', delta(), '--base', older(), '--base', full())
    const { exitCode, json } = await sealiftJson<{ error: { code: string; faults: string[] } }>([
      'verify',
      delta(),
    ])
    expect([exitCode, json.error.code, json.error.faults.length]).toEqual([35, 'BASE_MISSING', 3])
    expect(json.error.faults.join('\n')).toMatch(/sha256:\w{64} \(3[\d.]+ [kM]?B\) of docker\.io\/lab\/app:2/)
    expect((await sealift(['verify', delta(), '--base', delta(), '-q'])).exitCode).toBe(35)
  })

  test('and its base give the full bundle back, byte for byte', async () => {
    const made = await run<{ path: string; layers: number }>(
      ...['merge', delta(), older(), older(), '-o', at('merged')],
    )
    expect(made).toMatchObject({ path: at('merged', 'demo-1.1.0.tar'), layers: 3 })
    await execa('cmp', [full(), made.path])
  })

  test('and a damaged base are refused: exit 31, the base named, nothing made', async () => {
    const bad = at('bad.tar')
    await copyFile(older(), bad)
    const [first] = (await run<{ absent: { digest: string }[] }>('inspect', delta())).absent
    const { stdout } = await execa('grep', ['-abo', `blobs/sha256/${first?.digest.slice(7)}`, bad])
    const file = await open(bad, 'r+')
    await file.write('x', Number.parseInt(stdout, 10) + 2_000_000)
    await file.close()
    for (const args of [
      ['verify', delta(), '--base', bad],
      ['merge', delta(), bad, '-o', at('none')],
    ]) {
      const { exitCode, stderr } = await sealift([...args, '-q'])
      expect(exitCode).toBe(31)
      expect(stderr).toContain('bad.tar')
    }
    expect(await filesBelow(nodeFiles(), at('none'))).not.toContain('demo-1.1.0.tar')
  })
})

describe('on a real containerd', () => {
  let containerd: TestContainerd
  beforeAll(async () => {
    containerd = await startContainerd()
  })
  afterAll(() => containerd?.stop())
  const runtime = () => createRuntime(containerd)

  async function withBundle<T>(
    path: string,
    work: (bundle: Awaited<ReturnType<typeof openBundle>>) => Promise<T>,
  ) {
    const source = await nodeFiles().openBundle(path)
    try {
      return await work(await openBundle(source))
    } finally {
      await source.close()
    }
  }
  const load = (path: string) =>
    withBundle(path, bundle => loadImages({ bundle, runtime: runtime(), platform }))

  test('that has nothing a delta is refused, and nothing of it is imported', async () => {
    const missing = { code: 'BASE_MISSING', faults: { length: 3 } }
    await withBundle(delta(), async bundle => {
      await expect(requireBase(runtime(), bundle, platform)).rejects.toMatchObject(missing)
    })
    await expect(load(delta())).rejects.toMatchObject(missing)
    expect(await runtime().content()).toEqual(new Set())
  })

  test('that has the older bundle it is loaded, complete, and stays so when the older is removed', async () => {
    await load(older())
    const { loaded, present, bytes } = await load(delta())
    expect([loaded, present]).toEqual([['docker.io/lab/app:2'], ['docker.io/lab/same:1']])
    expect(bytes).toBeLessThan(1.1 * layer)
    await runtime().remove(['docker.io/lab/app:1'])
    expect(await containerd.names()).toEqual(['docker.io/lab/app:2', 'docker.io/lab/same:1'])
    const checked = (await containerd.run('images', 'check')).split('\n').slice(1)
    expect(checked.filter(line => !/ complete \((\d+)\/\1\) .* true/.test(line))).toEqual([])
  })

  test('whose facts were carried back, a bundle for it leaves out what it has whole', async () => {
    const node = sampleNode({ images: imagesIn(await runtime().images()) })
    const file = at('lab.facts.yaml')
    await writeFile(file, printFacts(sampleFacts({ site: 'lab', nodes: [node] })))
    const built = await run<Built>('build', at('1.1.0'), '-o', at('out'), '--facts', file)
    expect(built).toMatchObject({
      path: at('out', 'demo-1.1.0.for-lab.tar'),
      digest: builtFull.digest,
      absent: { since: 'site lab (2026-11-30)' },
    })
    // All of app:2 and same:1 is there.
    expect(built.absent?.layers).toBe(4)
    const { loaded, present } = await load(built.path)
    expect([loaded, present.length]).toEqual([[], 2])
    await runtime().remove(['docker.io/lab/app:2'])
    await expect(load(built.path)).rejects.toMatchObject({ code: 'BASE_MISSING' })
    await load(full())
  })

  test('from which the older was removed it is refused again', async () => {
    await runtime().remove(['docker.io/lab/app:2', 'docker.io/lab/same:1'])
    await expect(load(delta())).rejects.toMatchObject({ code: 'BASE_MISSING' })
    await load(full())
  })
})
