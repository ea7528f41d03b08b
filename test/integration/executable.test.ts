/** Sealift as one executable where there is nothing else: no Node, an empty PATH, a HOME that nobody may write to. */
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compileProgram } from '../../scripts/executable/program.ts'
import { testExecutable } from '../support/executable.ts'
import { sampleBundle } from '../support/sample-bundle.ts'
import { sampleDelta } from '../support/sample-delta.ts'
import { type RealSops, realSops } from '../support/sops.ts'
import { smallSite } from '../unit/site/wire/sites.ts'

const root = join(import.meta.dirname, '..', '..')
const nobody = 65534
let dir: string
let program: string
let assets: string
let real: RealSops

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sealift-executable-'))
  await chmod(dir, 0o755)
  await mkdir(join(dir, 'home'), { mode: 0o555 })
  await mkdir(join(dir, 'work'))
  await chmod(join(dir, 'work'), 0o777)
  program = join(dir, 'sealift')
  assets = dirname(await testExecutable())
  await copyFile(join(assets, 'sealift'), program)
  real = await realSops()
  await writeFile(join(dir, 'bundle.tar'), sampleBundle({ attachments: true }).file)
})
afterAll(async () => {
  await real?.dispose()
  await rm(dir, { recursive: true, force: true })
})

const run = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const home = { HOME: join(dir, 'home'), PATH: '', TMPDIR: join(dir, 'work') }
  const as = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}
  return await execa(program, [...args], {
    ...{ ...as, env: { ...home, ...env }, extendEnv: false, reject: false, stdin: 'ignore' },
    cwd: join(dir, 'work'),
  })
}

test('has nothing in it of client-node’s models, of undici, and of what tar packs and unpacks on disks', async () => {
  const { sources } = await compileProgram()
  const of = (path: string) => sources.filter(source => source.startsWith(`node_modules/${path}`))
  expect(of('@kubernetes/client-node/dist/config.js')).toHaveLength(1)
  expect([...of('undici/'), ...of('@kubernetes/client-node/dist/gen/models/')]).toEqual([])
  expect(of('tar/dist/esm/header.js')).toHaveLength(1)
  expect(of('tar/dist/esm/index')).toEqual([])
})

test.each([
  ['code', '--help'],
  ['code', 'inspect nothing.tar'],
  ['code', 'status -c nothing.yaml'],
  ['code', 'keys new a/b'],
  ['code-streaming', 'build nothing.tar'],
  ['code-streaming', 'install nothing.tar -c nothing.yaml'],
])('carries %s that this Node takes of all that `sealift %s` loads', async (code, words) => {
  const room = (path: string) => JSON.stringify(join(root, 'src', path))
  const script = `
    import { createRequire } from 'node:module'
    import { readCode, runCompiled } from ${room('adapters/compiled/index.ts')}
    import { streamWell } from ${room('cli/streaming.ts')}
    streamWell(process.argv[2])
    const program = readCode(${JSON.stringify(join(assets, 'program'))})
    runCompiled({
      text: name => Buffer.from(program.get(name)).toString(),
      path: () => process.execPath,
      require: createRequire(process.execPath),
      code: readCode(${JSON.stringify(join(assets, code))}),
      atEnd: ({ news }) => console.log(news ? 'compiled anew' : 'as it was kept'),
    }, 'main.cjs')`
  const run = ['--input-type=module', '-e', script, '--', 'sealift', ...words.split(' ')]
  const { stdout } = await execa(process.execPath, run, { reject: false, stdin: 'ignore' })
  expect(stdout).toMatch(/as it was kept$/)
})

test.each(['code', 'code-streaming'])('%s names no folder of the machine that made it', async name => {
  const code = await readFile(join(assets, name))
  expect(code.indexOf('/sealift/main.cjs')).toBeGreaterThan(0)
  expect([code.indexOf(dirname(assets)), code.indexOf(root)]).toEqual([-1, -1])
})

test('names the file of a fault when it is asked to', async () => {
  const full = ['-c', '"$0" --version >/dev/full', program]
  const debug = { ...process.env, SEALIFT_DEBUG: '1' }
  const { exitCode, stderr } = await execa('sh', full, { env: debug, reject: false })
  expect([exitCode, stderr]).toEqual([expect.any(Number), expect.stringContaining(`${program}/`)])
})

test('says its version', async () => {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const said = `sealift/${version} ${process.platform}-${process.arch} node-${process.version}`
  for (const flag of ['--version', '-v']) expect((await run([flag])).stdout).toBe(said)
})

test('lists the verbs and topics that a checkout has, and explains each', async () => {
  const { stdout } = await run(['--help'])
  const { stdout: own } = await execa(process.execPath, [join(root, 'dist/bin.js'), '--help'])
  expect(stdout).toBe(own)
  expect((await run(['help', 'keys', 'new'])).stdout).toMatch(/EXAMPLES[\s\S]*EXIT CODES\n\s+0\s+all is well/)
  expect((await run(['keys'])).stdout).toContain('sealift keys COMMAND')
  expect((await run(['deploy', '--help'])).stdout).toContain('Install a bundle on a site')
})

test('tells of a verb that is not there, and of wrong flags, as a checkout does', async () => {
  expect(await run(['instal'])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('did you mean: sealift install'),
  })
  const { exitCode, stdout } = await run(['inspect', '--json'])
  expect([exitCode, JSON.parse(stdout).error.code]).toEqual([2, 'USAGE'])
})

test('is not changed by what a shell sets for other programs', async () => {
  const { exitCode, stderr } = await run(['--version'], { NODE_OPTIONS: '--require=/nowhere.js' })
  expect([exitCode, stderr]).toEqual([0, ''])
})

test('reads, signs and verifies a bundle, in a thread of its own', async () => {
  const bundle = join(dir, 'work', 'bundle.tar')
  await copyFile(join(dir, 'bundle.tar'), bundle)
  const env = { SEALIFT_KEY_PASSPHRASE: 'not empty' }
  expect(await run(['keys', 'new', 'release'], env)).toMatchObject({ exitCode: 0 })
  expect(await run(['sign', bundle, '--key', 'release.key'], env)).toMatchObject({ exitCode: 0 })
  const inspected = await run(['inspect', bundle, '--json'])
  expect(JSON.parse(inspected.stdout)).toMatchObject({ lock: { metadata: { name: 'sample' } } })
  expect(await run(['verify', bundle, '--key', 'release.pub'])).toMatchObject({ exitCode: 0 })
  expect(await run(['sbom', bundle])).toMatchObject({ exitCode: 0 })
})

test('writes a bundle', async () => {
  const { older, full, delta } = sampleDelta()
  await writeFile(join(dir, 'work', 'older.tar'), older.file)
  await writeFile(join(dir, 'work', 'delta.tar'), delta)
  const { exitCode, stdout } = await run(['merge', 'delta.tar', 'older.tar', '-o', 'merged', '--json'])
  expect(exitCode).toBe(0)
  expect(await readFile(join(dir, 'work', JSON.parse(stdout).path))).toEqual(full.file)
})

const unreachable = async () => {
  const cluster = { name: 'c', cluster: { server: 'https://127.0.0.1:1' } }
  const context = { name: 'c', context: { cluster: 'c', user: 'c' } }
  const kubeconfig = join(dir, 'kubeconfig')
  const users = [{ name: 'c', user: { token: 'x' } }]
  const text = { clusters: [cluster], contexts: [context], users, 'current-context': 'c' }
  await writeFile(kubeconfig, JSON.stringify({ apiVersion: 'v1', kind: 'Config', ...text }))
  const site = join(dir, 'site.yaml')
  await writeFile(site, `${smallSite}cluster: { kubeconfig: ${kubeconfig} }\n`)
  return site
}

test('tells of a cluster that cannot be reached in one sentence', async () => {
  const tenancy = join(root, 'bundles/infisical/tenancy.yaml')
  await copyFile(tenancy, join(dir, 'tenancy.yaml'))
  const site = await unreachable()
  const { exitCode, stderr } = await run(['tenancy', 'plan', '-c', site, '-f', join(dir, 'tenancy.yaml')])
  expect([exitCode, stderr]).toEqual([41, expect.stringContaining('CLUSTER_UNREACHABLE')])
  expect(stderr).not.toMatch(/^\s+at /m)
})

test("reads Terraform's values with the parser that it carries", async () => {
  const site = await unreachable()
  await chmod(real.folder, 0o755)
  await chmod(real.environment.SOPS_AGE_KEY_FILE, 0o644)
  await copyFile(real.program, join(dir, 'sops'))
  const migrate = async (name: string, text: string) => {
    const path = await real.encrypt(name, 'binary', text)
    await chmod(path, 0o644)
    const words = ['migrate', 'sops', path, '-c', site, '--project', 'p', '--environment', 'prod']
    return await run(words, { ...real.environment, PATH: dir })
  }
  // Only the parser knows where it ends too soon.
  expect((await migrate('bad.tfvars', 'a = "b"\nc = "d\n')).stderr).toContain('as HCL, at line 2, column')
  const { stderr } = await migrate('good.tfvars', 'a = "b"\nn = 1.10\n')
  expect(stderr).toContain('2 secrets')
  expect(stderr).toContain('CLUSTER_UNREACHABLE')
})
