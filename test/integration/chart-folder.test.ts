/** Folders of charts as they lie on a disk, with links, pipes and rules, beside what the real helm makes of them. */
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { nodeFiles } from '../../src/adapters/files/index.ts'
import { createHelm } from '../../src/adapters/helm/index.ts'
import { readPackage } from '../../src/kernel/packages/index.ts'
import { renderChart } from '../../src/seal/render/index.ts'
import { fileOf, type ResolvedChart, resolveChart } from '../../src/seal/resolve/index.ts'
import { MemoryRegistry, memoryWeb } from '../support/memory-registry.ts'
import { goTool } from '../support/tools/build.ts'

const files = nodeFiles()
const signal = new AbortController().signal
const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n`
const chartYaml = (name: string) => `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`

let program: string
/** A repository with the spec's folder `spec` in it, and the chart `spec/one`. */
let repository: string
let specDir: string

beforeAll(async () => {
  program = await goTool('helm')
}, 300_000)

beforeEach(async () => {
  repository = await realpath(await mkdtemp(join(tmpdir(), 'sealift-chart-test-')))
  specDir = join(repository, 'spec')
  await mkdir(join(repository, '.git'))
  await put({ 'spec/one/Chart.yaml': chartYaml('one'), 'spec/one/templates/a.yaml': configMap('a') })
})

afterEach(() => rm(repository, { recursive: true, force: true }))

async function put(texts: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(texts)) {
    await mkdir(dirname(join(repository, path)), { recursive: true })
    await writeFile(join(repository, path), text)
  }
}

const link = (target: string, path: string) => symlink(target, join(specDir, 'one', path))

function resolve(path = 'one'): Promise<ResolvedChart> {
  const spec = {
    name: 'one',
    version: '1.0.0',
    release: 'one',
    namespace: 'apps',
    path,
    values: [],
    timeoutSeconds: 600,
  }
  return resolveChart(spec, { specDir, files, registry: new MemoryRegistry(), web: memoryWeb({}) })
}

const pathsOf = async (packed: Uint8Array) => [...(await readPackage(packed, () => true)).keys()].sort()

async function ownPaths(): Promise<string[]> {
  return pathsOf((await resolve()).package)
}

/** What `helm package` takes of the same folder. */
async function helmPaths(): Promise<string[]> {
  const out = join(repository, 'out')
  await execa(program, ['package', join(specDir, 'one'), '-d', out], { env: { HOME: repository } })
  return pathsOf(await readFile(join(out, 'one-1.0.0.tgz')))
}

describe('links in a chart', () => {
  test('are followed within the repository, and the package holds what they lead to', async () => {
    await put({
      'shared/x.yaml': configMap('x'),
      'common/Chart.yaml': chartYaml('common'),
      'common/templates/c.yaml': configMap('c'),
    })
    await mkdir(join(specDir, 'one/charts'))
    await link('../../../shared/x.yaml', 'templates/x.yaml')
    await link('../../../common', 'charts/common')
    const { package: packed, packageDigest, links } = await resolve()
    const found = await readPackage(packed, () => true)
    expect([...found.keys()].sort()).toEqual(await helmPaths())
    expect(Buffer.from(found.get('one/templates/x.yaml') ?? []).toString()).toBe(configMap('x'))
    expect(found.has('one/charts/common/templates/c.yaml')).toBe(true)
    expect(links).toEqual(['charts/common', 'templates/x.yaml'])
    const plain = join(repository, 'plain')
    await execa('cp', ['-rL', specDir, plain])
    specDir = plain
    expect((await resolve()).packageDigest).toBe(packageDigest)
  })

  test('that lead out of the repository are refused, each with where it leads', async () => {
    await link('/etc/passwd', 'templates/passwd')
    await link('../../..', 'all')
    await expect(resolve()).rejects.toMatchObject({
      code: 'SPEC_INVALID',
      faults: [
        `all leads to ${dirname(repository)}, which is outside of ${repository}`,
        `templates/passwd leads to /etc/passwd, which is outside of ${repository}`,
      ],
      hints: expect.arrayContaining([expect.stringContaining('put a copy there')]),
    })
  })

  test('stay in the folder of bundle.yaml where there is no repository', async () => {
    await rm(join(repository, '.git'), { recursive: true })
    await put({ 'spec/near.yaml': configMap('near'), 'far.yaml': configMap('far') })
    await link('../../near.yaml', 'templates/near.yaml')
    expect((await resolve()).links).toEqual(['templates/near.yaml'])
    await link('../../../far.yaml', 'templates/far.yaml')
    await expect(resolve()).rejects.toMatchObject({
      faults: [`templates/far.yaml leads to ${repository}/far.yaml, which is outside of ${specDir}`],
    })
  })

  test('to a folder above, in a circle and to nothing are refused', async () => {
    await mkdir(join(specDir, 'one/deep'))
    await link('..', 'deep/up')
    await link('../..', 'deep/above')
    await link('.', 'deep/self')
    await link('round', 'round')
    await link('nothing', 'gone')
    const nowhere = (path: string) =>
      `${path} is a link that cannot be followed: cannot find ${specDir}/one/${path}`
    await expect(resolve()).rejects.toMatchObject({
      code: 'SPEC_INVALID',
      faults: [
        `deep/above leads to ${specDir}, a folder that it lies in itself`,
        `deep/self leads to ${specDir}/one/deep, a folder that it lies in itself`,
        `deep/up leads to ${specDir}/one, a folder that it lies in itself`,
        `${nowhere('gone')}: there is no such file or folder`,
        `${nowhere('round')}: its links lead in a circle`,
      ],
    })
  })

  test('that lead into one another, and that double with each folder, end', async () => {
    await put({ 'a/x': '', 'b/x': '' })
    await symlink('../b', join(repository, 'a/b'))
    await symlink('../a', join(repository, 'b/a'))
    await link('../../a', 'a')
    await expect(resolve()).rejects.toMatchObject({
      faults: [`a/b/a leads to ${repository}/a, a folder that it lies in itself`],
    })
    await rm(join(specDir, 'one/a'))
    for (let i = 0; i < 30; i++) {
      await mkdir(join(repository, `d${i}`))
      for (const name of ['l', 'r']) await symlink(`../d${i + 1}`, join(repository, `d${i}`, name))
    }
    await put({ 'd30/x': '' })
    await link('../../d0', 'd')
    await expect(resolve()).rejects.toMatchObject({
      code: 'FILE_FAILED',
      message: expect.stringContaining('more than 10000 files'),
    })
  })

  test('a chart that is a link itself is held to the same', async () => {
    await put({ 'elsewhere/Chart.yaml': chartYaml('one') })
    await symlink('../elsewhere', join(specDir, 'near'))
    expect(await pathsOf((await resolve('near')).package)).toEqual(['one/Chart.yaml'])
    await symlink('/usr', join(specDir, 'far'))
    await expect(resolve('far')).rejects.toMatchObject({
      code: 'SPEC_INVALID',
      message: `far leads to /usr, which is outside of ${repository}`,
    })
  })
})

test('pipes and devices are named, unless the chart’s own rules leave them out', async () => {
  await execa('mkfifo', [join(specDir, 'one/pipe')])
  await link('/dev/null', 'null')
  await expect(resolve()).rejects.toMatchObject({
    code: 'SPEC_INVALID',
    faults: [`null leads to /dev/null, which is outside of ${repository}`, 'pipe is a pipe'],
  })
  await put({ 'spec/one/.helmignore': 'pipe\nnull\n' })
  expect(await ownPaths()).toEqual(['one/.helmignore', 'one/Chart.yaml', 'one/templates/a.yaml'])
})

test('values and tools that are links are held to the same', async () => {
  await put({ 'values.yaml': 'a: 1\n' })
  await symlink('../values.yaml', join(specDir, 'near.yaml'))
  await symlink('/etc/passwd', join(specDir, 'far.yaml'))
  await execa('mkfifo', [join(specDir, 'pipe.yaml')])
  expect(await fileOf('near.yaml', specDir, files)).toBe(join(repository, 'values.yaml'))
  await expect(fileOf('far.yaml', specDir, files)).rejects.toMatchObject({
    code: 'SPEC_INVALID',
    message: `far.yaml leads to /etc/passwd, which is outside of ${repository}`,
  })
  await expect(fileOf('pipe.yaml', specDir, files)).rejects.toMatchObject({
    code: 'SPEC_INVALID',
    message: 'pipe.yaml is a pipe, not a file',
  })
})

describe('a .helmignore', () => {
  const names = ['a.yaml', 'b.yaml', 'd.yaml', '#file', '!bang', 'x-y', 'x]y', '^', 'ä.yaml', 'a/b/c.yaml']
  const more = ['a/b.yaml', 'a/z/c.yaml', 'ci/a.yaml', 'docs/a.md', 'docs/ci/a.yaml', '.dot', '[x]', 'b\\c']
  const patterns = [
    ...[
      '[a-c]*.yaml',
      '[^a-c]*.yaml',
      '[!a].yaml',
      '[\\^a]*',
      '[x\\]]*',
      'x[\\-]y',
      'x[\\]]y',
      '[c-a].yaml',
      '[^^]',
    ],
    ...[
      '\\#file',
      '#file',
      '\\!bang',
      '!*.yaml',
      '!*',
      'ci/',
      '/ci',
      '/ci/',
      'ci',
      'docs/ci',
      'docs/ci/',
      'ci/*',
    ],
    ...[
      '*.yaml',
      '*/*.yaml',
      '*/*/*.yaml',
      'a/*',
      '/a/*.yaml',
      '?.yaml',
      '??',
      '.*',
      '*',
      'a*b',
      '*a*a*',
      '*.y*l',
    ],
    ...[
      '\\[x\\]',
      '[[]x]',
      '{a,b}.yaml',
      '+(a).yaml',
      'A.yaml',
      ' a.yaml ',
      'a.yaml\r',
      'b\\\\c',
      'a/../b.yaml',
    ],
    ...[
      'a.yaml\n!a.yaml',
      '!d.yaml\nd.yaml',
      '*.md\n/docs/',
      '/',
      '!/',
      'templates',
      'templates/*',
      '?hart.yaml',
    ],
    ...['Chart.yaml', '**', 'a/**', '[', 'a[', '[]a]', '[^]', '[-a]', '[a-]', 'a\\', '[]', '[a', '[a\\'],
  ]

  test.each(patterns)('means to Sealift what it means to helm: %j', async pattern => {
    const texts = [...names, ...more].map(name => [`spec/one/files/${name}`, 'x'])
    await put({ ...Object.fromEntries(texts), 'spec/one/.helmignore': pattern })
    await put({ 'spec/one/templates/.hidden.yaml': 'x', 'spec/one/templates/below/.seen.yaml': '' })
    await put({ 'spec/one/d.yaml': 'x', 'spec/one/ci/x': 'x', 'spec/one/a/b.yaml': 'x' })
    const outcome = (paths: Promise<string[]>) => paths.catch(() => 'refused')
    expect(await outcome(ownPaths())).toEqual(await outcome(helmPaths()))
  })
})

test('a dependency that is not in charts/ is helm’s own error, which says what to run', async () => {
  const dependency = 'dependencies: [{ name: common, version: 1.0.0, repository: "file://../common" }]\n'
  await put({
    'spec/one/Chart.yaml': chartYaml('one') + dependency,
    'spec/common/Chart.yaml': chartYaml('common'),
  })
  const folder = join(repository, 'out')
  const helm = createHelm({ program })
  const rendering = { helm, kubernetes: '1.35.0', apiVersions: [], values: new Map(), folder, files, signal }
  const told = await renderChart(await resolve(), rendering).catch(error => error)
  expect(told).toMatchObject({ code: 'RENDER_FAILED' })
  expect(told.hints.join('\n')).toMatch(/helm dependency build.*missing in charts\/ directory: common/s)
  await mkdir(join(specDir, 'one/charts'))
  await link('../../common', 'charts/common')
  await expect(renderChart(await resolve(), rendering)).resolves.toMatchObject({ metadata: { name: 'one' } })
})
