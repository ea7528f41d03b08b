import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

// The arrows of src/README.md: bin → commands → cli, workflows → rooms → kernel; adapters → kernel.
const root = join(import.meta.dirname, '..')
const rooms = [
  'spec',
  'resolve',
  'lock',
  'fetch',
  'bundle',
  'sign',
  'verify',
  'sbom',
  'load',
  'wire',
  'release',
  'install',
  'budget',
  'check',
  'diff',
]
const kernel = ['oci', 'archive', 'packages', 'yaml', 'errors', 'ports']
const edge = [
  'execa',
  '@kubernetes/client-node',
  'pg',
  'ioredis',
  'node:http',
  'node:https',
  'node:fs',
  'node:net',
  'node:child_process',
  'node:os',
]
const onlyImporter: Record<string, readonly string[]> = {
  tar: ['archive', 'packages'],
  'js-yaml': ['yaml'],
  ora: ['cli'],
  '@oclif/core': ['bin.ts', 'commands', 'cli'],
  ...Object.fromEntries(edge.map(name => [name, ['adapters']])),
}

interface Import {
  readonly file: string
  /** First folder (or file) below src that imports, and that is imported. */
  readonly from: string
  readonly to: string
  readonly outside: boolean
  /** The imported file, or the library's name. */
  readonly target: string
  /** Whether it is some folder's index.ts. */
  readonly door: boolean
  readonly typeOnly: boolean
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  const from = file.split('/')[1] ?? ''
  const found = text.matchAll(/^(?:import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'|import\('([^']+)'\)/gm)
  return [...found].map(([, type, stated, dynamic]) => {
    const name = stated ?? dynamic ?? ''
    const outside = !name.startsWith('.')
    const target = outside ? name : join(dirname(file), name)
    const to = outside ? name : (relative('src', target).split('/')[0] ?? '')
    return { file, from, to, target, outside, door: name.endsWith('/index.ts'), typeOnly: type !== undefined }
  })
}

const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts'))
  .map(name => join('src', name))
const imports = files.flatMap(importsOf)
const inside = imports.filter(({ outside, from, to }) => !outside && from !== to)

function broken(rule: (found: Import) => boolean, among = inside): string[] {
  return among.filter(found => !rule(found)).map(({ file, to }) => `${file} imports ${to}`)
}

describe('the arrows between folders', () => {
  test('every folder is one that the map knows', () => {
    const known = [...rooms, ...kernel, 'bin.ts', 'commands', 'cli', 'workflows', 'adapters']
    expect(
      [...new Set(files.map(file => file.split('/')[1]))].filter(name => !known.includes(name ?? '')),
    ).toEqual([])
  })

  test('the kernel imports no room', () => {
    expect(broken(({ from, to }) => !kernel.includes(from) || kernel.includes(to))).toEqual([])
  })

  test('a room imports the kernel and earlier rooms only', () => {
    const allowed = ({ from, to }: Import) =>
      !rooms.includes(from) ||
      kernel.includes(to) ||
      (rooms.includes(to) && rooms.indexOf(to) < rooms.indexOf(from))
    expect(broken(allowed)).toEqual([])
  })

  test('adapters import the kernel and the types they fill', () => {
    const allowed = ({ from, to, typeOnly }: Import) =>
      from !== 'adapters' || kernel.includes(to) || (typeOnly && rooms.includes(to))
    expect(broken(allowed)).toEqual([])
  })

  test('workflows know neither terminal nor adapters', () => {
    expect(
      broken(({ from, to }) => from !== 'workflows' || !['cli', 'commands', 'adapters'].includes(to)),
    ).toEqual([])
  })

  test('the terminal knows no room and no workflow', () => {
    const allowed = ({ from, to, typeOnly }: Import) => from !== 'cli' || kernel.includes(to) || typeOnly
    expect(broken(allowed)).toEqual([])
  })

  test('a room and a part of the kernel are entered by their door', () => {
    const walled = [...rooms, ...kernel]
    expect(broken(({ to, door }) => !walled.includes(to) || door)).toEqual([])
  })

  test('a workflow is a verb’s own; what verbs share is in its parts', () => {
    const names = (folder: string) =>
      files.filter(file => dirname(file) === `src/${folder}`).map(file => basename(file))
    // `images` lists what `inspect` finds.
    const verbs = [...names('commands').filter(name => name !== 'images.ts'), 'keys-new.ts']
    expect(names('workflows').sort()).toEqual(verbs.sort())
  })

  test('a verb is called by commands only, not by another verb or a part', () => {
    const isVerb = ({ target }: Import) => dirname(target) === 'src/workflows'
    const callers = imports.filter(found => isVerb(found) && found.from !== 'commands')
    expect(callers.map(({ file, target }) => `${file} imports ${target}`)).toEqual([])
  })

  test('a command calls one verb; of the parts it knows the site file, which says where the site is', () => {
    const called = Map.groupBy(
      inside.filter(({ from, to }) => from === 'commands' && to === 'workflows'),
      ({ file }) => file,
    )
    const shared = 'src/workflows/parts/site-file.ts'
    const verbs = [...called].map(([file, found]) => [
      file,
      found.filter(({ target }) => target !== shared).length,
    ])
    expect(verbs.filter(([, count]) => count !== 1)).toEqual([])
    expect(called.size).toBe(files.filter(file => file.startsWith('src/commands/')).length)
  })

  test('only commands build adapters', () => {
    expect(broken(({ from, to }) => to !== 'adapters' || from === 'commands')).toEqual([])
  })
})

describe('single importers', () => {
  test.each(Object.entries(onlyImporter))('%s', (name, importers) => {
    const users = imports.filter(({ to }) => to === name || to.startsWith(`${name}/`))
    expect(users.filter(({ from }) => !importers.includes(from)).map(({ file }) => file)).toEqual([])
  })
})

describe('house rules', () => {
  const length = (file: string) => readFileSync(join(root, file), 'utf8').split('\n').length

  test('files stay under 250 lines, commands under 80', () => {
    const limit = (file: string) => (file.startsWith('src/commands/') ? 80 : 250)
    expect(files.filter(file => length(file) > limit(file) + 1)).toEqual([])
  })

  test('every room and kernel folder has a door', () => {
    expect([...rooms, ...kernel].filter(name => !files.includes(`src/${name}/index.ts`))).toEqual([])
  })

  test('no module is mocked, and no test is skipped or alone', () => {
    const tests = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' }).filter(name =>
      name.endsWith('.test.ts'),
    )
    const forbidden = new RegExp(['vi', String.raw`\.mock\(|\.(only|skip|todo)\(`].join(''))
    expect(
      tests.filter(
        name =>
          forbidden.test(readFileSync(join(root, 'test', name), 'utf8')) && name !== 'architecture.test.ts',
      ),
    ).toEqual([])
  })
})
