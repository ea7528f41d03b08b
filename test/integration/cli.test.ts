import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sealift, sealiftJson } from '../support/road.ts'
import { smallSite } from '../unit/site/wire/sites.ts'

const root = join(import.meta.dirname, '..', '..')
const verbs = [
  ...['lock', 'build', 'carry', 'diff', 'inspect', 'images', 'sbom', 'verify', 'merge', 'sign', 'keys new'],
  ...[
    'install',
    'check',
    'status',
    'rotate admin',
    'rotate ca',
    'rotate database',
    'rotate stores',
    'remove',
  ],
]
let dir: string

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sealift-cli-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

describe('help', () => {
  test.each(verbs)('of %s has examples and exit codes', async verb => {
    const { exitCode, stdout } = await sealift([...verb.split(' '), '--help'])
    expect(exitCode).toBe(0)
    expect(stdout).toContain('EXAMPLES')
    expect(stdout).toMatch(/EXIT CODES\n\s+0\s+all is well/)
  })

  test('create and deploy are other words for build and install', async () => {
    // A verb stands in the list once, by its own name.
    expect((await sealift(['--help'])).stdout).not.toMatch(/^ {2}(create|deploy) /m)
    expect((await sealift(['create', '--help'])).stdout).toContain('Build the bundle that a lock describes')
    expect((await sealift(['deploy', '--help'])).stdout).toContain('Install a bundle on a site')
  })
})

test('--version says name, version, platform and node, as oclif would', async () => {
  const { stdout } = await sealift(['--version'])
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  expect(stdout).toBe(`sealift/${version} ${process.platform}-${process.arch} node-${process.version}`)
})

test('a reader that has seen enough is no fault', async () => {
  const words = `${process.execPath} ${join(root, 'dist', 'bin.js')} --help`
  const { stdout, stderr, exitCode } = await execa('bash', ['-c', `set -o pipefail; ${words} | head -1`])
  expect([exitCode, stderr]).toEqual([0, ''])
  expect(stdout).toContain('Seal a working secrets platform')
})

test.each([
  [['help'], 'Seal a working secrets platform'],
  [['-h'], 'Seal a working secrets platform'],
  [['help', 'build'], 'Build the bundle that a lock describes'],
  [['verify', '-h'], 'EXIT CODES'],
  [['-v'], 'sealift/'],
])('%j is understood', async (words, said) => {
  const { exitCode, stdout } = await sealift(words)
  expect(exitCode).toBe(0)
  expect(stdout).toContain(said)
})

test.each([
  ['buidl bundles/sandbox', 'did you mean: sealift build'],
  ['verfy x.tar', 'did you mean: sealift verify'],
  ['key new', 'did you mean: sealift keys new'],
  ['fly', 'all verbs: sealift --help'],
])('a verb that is none is told with what helps: %s', async (line, hint) => {
  const words = line.split(' ')
  const { exitCode, stdout, stderr } = await sealift(words)
  expect([exitCode, stdout]).toEqual([2, ''])
  expect(stderr).toContain(`Error: there is no verb "${words[0]}" (USAGE)\n  → ${hint}`)
  const inJson = await sealift([...words, '--json'])
  expect(inJson.exitCode).toBe(2)
  expect(JSON.parse(inJson.stdout).error).toMatchObject({
    code: 'USAGE',
    exit: 2,
    hints: expect.arrayContaining([hint]),
  })
})

describe('faults', () => {
  const missingSite = 'Missing: -c or --site, or SEALIFT_SITE in the environment (The site file, site.yaml)'
  test.each([
    ['an unknown flag', 'build bundles/sandbox --nonsense', 'Nonexistent flag: --nonsense'],
    ['a missing argument', 'lock', 'Missing: SPEC (Folder with bundle.yaml)'],
    ['a missing flag', 'check', missingSite],
    ['two words for one', 'inspect a b', 'Unexpected argument: b'],
    ['another value', 'lock a --budget no', 'Expected --budget=no to be one of: hold, warn'],
    [
      'a platform that no bundle has',
      'verify a --platform arm64',
      'Expected --platform=arm64 to be one of: ',
    ],
    ['a size that is none', 'build a --volume-size 3', '--volume-size: 3 is no size of 1M or more: write '],
    [
      'a flag that is nothing without another',
      'build a --executable b',
      'All of the following must be provided when using --executable: --carrier',
    ],
    ['flags that exclude each other', 'lock a --locked --update b', '--update=b cannot also be provided'],
  ])('%s is a usage fault, exit 2, said in one line', async (_, line, said) => {
    const words = line.split(' ')
    const { exitCode, stdout, stderr } = await sealift(words)
    expect([exitCode, stdout]).toEqual([2, ''])
    const verb = words[0]
    expect(stderr).toContain(`Error: ${said}`)
    expect(stderr).toMatch(
      new RegExp(`^Error: .* \\(USAGE\\)\\n {2}→ sealift ${verb} --help says what it takes, with examples$`),
    )
    const inJson = await sealift([...words, '--json'])
    expect(JSON.parse(inJson.stdout).error).toMatchObject({
      ...{ code: 'USAGE', exit: 2, message: expect.stringContaining(said) },
    })
  })

  test('what a verb itself says of a wrong call keeps its words and hints', async () => {
    const flags = ['-c', join(dir, 'whole.yaml')]
    await writeFile(join(dir, 'whole.yaml'), smallSite)
    const { exitCode, stderr } = await sealift(['remove', 'A.tar', ...flags])
    expect(exitCode).toBe(2)
    expect(stderr).toContain(
      'Error: nothing was changed: to delete from bank-prod was not confirmed (USAGE)\n',
    )
    expect(stderr).toContain('  - would go: the releases')
    expect(stderr).toContain(
      '  → If you mean it: type bank-prod when asked; where nobody can type, say --yes',
    )
  })

  test('a file that is not there: one error, no stack, its own exit code', async () => {
    const { exitCode, stdout, stderr } = await sealift(['inspect', join(dir, 'none.tar')])
    expect(exitCode).toBe(25)
    expect(stdout).toBe('')
    expect(stderr).toContain('none.tar')
    expect(stderr).not.toMatch(/\n\s+at /)
  })

  test('with --json the error is one object on stdout', async () => {
    const { exitCode, json } = await sealiftJson<{ error: { code: string; exit: number } }>([
      'inspect',
      join(dir, 'none.tar'),
    ])
    expect([exitCode, json.error.code, json.error.exit]).toEqual([25, 'FILE_FAILED', 25])
  })

  test('a build without a lock says how to make one', async () => {
    await writeFile(
      join(dir, 'bundle.yaml'),
      await execa('cat', [join(root, 'bundles/sandbox/bundle.yaml')]).then(({ stdout }) => stdout),
    )
    const { exitCode, stderr } = await sealift(['build', dir, '-o', join(dir, 'out')])
    expect(exitCode).toBe(14)
    expect(stderr).toContain(`sealift lock ${dir}`)
  })

  test('an all-zero file is no bundle', async () => {
    await writeFile(join(dir, 'zeros.tar'), Buffer.alloc(4096))
    expect((await sealift(['verify', join(dir, 'zeros.tar')])).exitCode).toBe(30)
  })
})

test('bundles/infisical cannot be locked without the internet, and lock says so in one line', async () => {
  // In a network namespace of its own, so that nothing is sent anywhere.
  const words = [
    '--net',
    process.execPath,
    join(root, 'dist', 'bin.js'),
    'lock',
    'bundles/infisical',
    '--quiet',
  ]
  const { exitCode, stdout, stderr } = await execa('unshare', words, { cwd: root, reject: false })
  expect(exitCode).toBe(22)
  expect(stdout).toBe('')
  expect(stderr.split('\n').filter(line => line.startsWith('Error: '))).toHaveLength(1)
  expect(stderr).toContain('get.helm.sh')
})
