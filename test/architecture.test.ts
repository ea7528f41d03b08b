import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commands } from '../src/commands/index.ts'

// The arrows of src/README.md: main → commands → cli, verbs → the wing's own rooms → bundle → kernel; adapters → kernel.
const root = join(import.meta.dirname, '..')
/** Each floor's rooms, in the order in which they may take from each other. */
const floors = {
  kernel: [
    'errors',
    'oci',
    'archive',
    'packages',
    'yaml',
    'ports',
    'objects',
    'services',
    'access',
    'rights',
    'lease',
    'owned',
    'workloads',
    'history',
    'fields',
    'inputs',
    'tenancy-file',
    'facts',
    'server-variables',
  ],
  bundle: ['lock', 'layout', 'sign', 'verify', 'declared', 'opening'],
  seal: ['resolve', 'render', 'explain', 'fetch', 'diff', 'sbom', 'locking', 'carrier'],
  site: [
    'load',
    'wire',
    'snapshot',
    'pause',
    'release',
    'rights',
    'plan',
    'install',
    'check',
    'budget',
    'gate',
    'preflight',
    'compatibility',
    'migrations',
    'receipt',
    'backup',
    'facts',
  ],
  teams: [
    'rights',
    'pace',
    'server',
    'ci',
    'tenancy',
    'looking',
    'stores',
    'synced',
    'manifests',
    'migrate',
    'rotation',
    'audit',
  ],
} as const
type Floor = keyof typeof floors
const wings: readonly string[] = ['seal', 'site', 'teams']
const wireRooms = ['cache', 'cloudnativepg', 'database', 'keys', 'escrow', 'bootstrap', 'store', 'proof']
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
/** Of Node's own modules, those that only work on what they are given. */
const pure = ['node:crypto', 'node:path', 'node:stream', 'node:util', 'node:vm', 'node:zlib']
const onlyImporter: Record<string, readonly string[]> = {
  tar: ['kernel/archive', 'kernel/packages'],
  'js-yaml': ['kernel/yaml'],
  ora: ['cli'],
  picomatch: ['teams/ci'],
  'age-encryption': ['site/wire'],
  '@cdktn/hcl2json': ['teams/migrate'],
  minimatch: ['teams/migrate'],
  '@oclif/core': ['commands', 'cli'],
  ...Object.fromEntries(edge.map(name => [name, ['adapters']])),
}

/** Where a file belongs: `kernel/oci`, `site/verbs/install`, `commands`. */
function placeOf(file: string): string {
  const [, floor = '', room = '', part = ''] = file.split('/')
  if (!(floor in floors)) return floor
  return room === 'verbs' ? `${floor}/verbs/${part.replace(/\.ts$/, '')}` : `${floor}/${room}`
}

interface Import {
  readonly file: string
  /** The place that imports, and the one that is imported from, or the library's name. */
  readonly from: string
  readonly to: string
  readonly outside: boolean
  /** The imported file, or the library's name. */
  readonly target: string
  readonly typeOnly: boolean
}

/** A module that is named in any of the ways that TypeScript knows: `from`, for its effects alone, or in a call. */
const importing = new RegExp(
  [
    String.raw`(?:^|;)[ \t]*(?:import|export)\s+(type\s)?[^'"\x60;]*?from\s*['"]([^'"]+)['"]`,
    String.raw`(?:^|;)[ \t]*import\s*['"]([^'"]+)['"]`,
    String.raw`\b(?:import|require)\s*\(\s*['"\x60]([^'"\x60]+)['"\x60]`,
  ].join('|'),
  'gm',
)

/** A file without the comments that have lines of their own. */
function codeOf(file: string): string {
  return readFileSync(join(root, file), 'utf8').replace(/^[ \t]*(?:\/\/.*|\/\*[\s\S]*?\*\/[ \t]*)$/gm, '')
}

function importsOf(file: string): Import[] {
  const found = codeOf(file).matchAll(importing)
  return [...found].map(([, type, stated, alone, called]) => {
    const name = stated ?? alone ?? called ?? ''
    const outside = !name.startsWith('.')
    const target = outside ? name : join(dirname(file), name)
    const to = outside ? name : placeOf(target)
    return { file, from: placeOf(file), to, target, outside, typeOnly: type !== undefined }
  })
}

const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts'))
  .map(name => join('src', name))
const imports = files.flatMap(importsOf)
const inside = imports.filter(({ outside, from, to }) => !outside && from !== to)

const commandFiles = files.filter(file => /^src\/commands\/(?!index\.ts$)/.test(file))

const floorOf = (place: string): string => place.split('/')[0] ?? ''
/** What Node runs first, of a checkout and of one executable: loaders, and the programs that they load. */
const loaders = ['bin.ts', 'bin-executable.ts']
const entries = [...loaders, 'main.ts', 'main-executable.ts']
const isVerb = (place: string) => place.split('/')[1] === 'verbs'
const roomIn = (place: string) => place.split('/')[1] ?? ''

function broken(rule: (found: Import) => boolean, among = inside): string[] {
  return among.filter(found => !rule(found)).map(({ file, to }) => `${file} imports ${to}`)
}

describe('the arrows between folders', () => {
  test('every folder is one that the map knows', () => {
    const known = [
      ...Object.entries(floors).flatMap(([floor, rooms]) => rooms.map(room => `${floor}/${room}`)),
      ...[...entries, 'commands', 'cli', 'adapters'],
    ]
    const places = new Set(
      files.map(placeOf).filter(place => !(isVerb(place) && wings.includes(floorOf(place)))),
    )
    expect([...places].filter(place => !known.includes(place))).toEqual([])
  })

  test('the kernel imports nobody', () => {
    expect(broken(({ from, to }) => floorOf(from) !== 'kernel' || floorOf(to) === 'kernel')).toEqual([])
  })

  test('the bundle imports the kernel, and no wing', () => {
    expect(
      broken(({ from, to }) => floorOf(from) !== 'bundle' || ['bundle', 'kernel'].includes(floorOf(to))),
    ).toEqual([])
  })

  test('a wing imports the bundle and the kernel, and never another wing', () => {
    const allowed = ({ from, to }: Import) =>
      !wings.includes(floorOf(from)) || [floorOf(from), 'bundle', 'kernel'].includes(floorOf(to))
    expect(broken(allowed)).toEqual([])
  })

  test('a room imports earlier rooms of its floor only, and no verb', () => {
    const allowed = ({ from, to }: Import) => {
      const [floor, other] = [floorOf(from), floorOf(to)]
      if (!(floor in floors) || isVerb(from) || floor !== other) return true
      const rooms: readonly string[] = floors[floor as Floor]
      return !isVerb(to) && rooms.indexOf(roomIn(to)) < rooms.indexOf(roomIn(from))
    }
    expect(broken(allowed)).toEqual([])
  })

  test('a verb imports no other verb, and nothing but a command calls one', () => {
    expect(broken(({ from, to }) => !isVerb(to) || from === 'commands')).toEqual([])
  })

  test('a command calls one verb', () => {
    const called = Map.groupBy(
      inside.filter(({ from, to }) => from === 'commands' && isVerb(to)),
      ({ file }) => file,
    )
    const verbs = [...called].map(([file, found]) => [file, new Set(found.map(({ to }) => to)).size])
    expect(verbs.filter(([, count]) => count !== 1)).toEqual([])
    // What shells complete is the terminal's own.
    const alone = ['src/commands/completion.ts']
    expect([...called.keys(), ...alone].sort()).toEqual(commandFiles.toSorted())
  })

  test('the program knows every command, each by the name of its file', () => {
    const held = importsOf('src/commands/index.ts').map(({ target }) => target)
    expect(held.toSorted()).toEqual(commandFiles.toSorted())
    const idOf = (file: string) => file.slice('src/commands/'.length, -'.ts'.length).replace('/', ':')
    expect(Object.keys(commands).toSorted()).toEqual(commandFiles.map(idOf).toSorted())
  })

  test('a verb is called as its command is', () => {
    const verbs = new Set(
      files
        .map(placeOf)
        .filter(isVerb)
        .map(place => basename(place)),
    )
    // `images` lists what `inspect` finds, `completion` what the manifest has; `plan`, `upgrade` and `rollback` go by the
    // very steps of `install`.
    const called = commandFiles
      .map(file => file.slice('src/commands/'.length, -'.ts'.length).replace('/', '-'))
      .filter(name => !['completion', 'images', 'plan', 'rollback', 'upgrade'].includes(name))
    expect([...verbs].sort()).toEqual(called.sort())
  })

  test('adapters import the kernel and the types they fill', () => {
    expect(
      broken(({ from, to, typeOnly }) => from !== 'adapters' || floorOf(to) === 'kernel' || typeOnly),
    ).toEqual([])
  })

  test('only commands build adapters', () => {
    expect(broken(({ from, to }) => to !== 'adapters' || ['commands', ...loaders].includes(from))).toEqual([])
  })

  test('the terminal knows no room and no verb', () => {
    expect(
      broken(({ from, to, typeOnly }) => from !== 'cli' || floorOf(to) === 'kernel' || typeOnly),
    ).toEqual([])
  })

  test('nobody but commands and what is run first knows the terminal', () => {
    expect(broken(({ from, to }) => to !== 'cli' || ['commands', ...entries].includes(from))).toEqual([])
  })

  test('a room is entered by its door', () => {
    const walled = ({ to }: Import) => floorOf(to) in floors && !isVerb(to)
    expect(broken(found => !walled(found) || found.target === `src/${found.to}/index.ts`)).toEqual([])
  })

  test('and a verb, by its command', () => {
    const doors = ({ to }: Import) => [`src/${to}.ts`, `src/${to}/index.ts`]
    expect(broken(found => !isVerb(found.to) || doors(found).includes(found.target))).toEqual([])
  })

  test('so are the rooms within wire, by whoever is not in the same one', () => {
    const within = (file: string) => /^src\/site\/wire\/(\w+)\//.exec(file)?.[1]
    const trespasses = imports.filter(({ file, target }) => {
      const room = within(target)
      return room !== undefined && room !== within(file) && target !== `src/site/wire/${room}/index.ts`
    })
    expect(trespasses.map(({ file, target }) => `${file} imports ${target}`)).toEqual([])
    expect([...new Set(files.map(within))].filter(room => room !== undefined).sort()).toEqual(
      [...wireRooms].sort(),
    )
  })

  test('no file imports itself, through however many others', () => {
    const taken = Map.groupBy(
      imports.filter(({ outside }) => !outside),
      ({ file }) => file,
    )
    const done = new Set<string>()
    const circles: string[] = []
    const walk = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '))
      else if (!done.has(file)) {
        for (const { target } of taken.get(file) ?? []) walk(target, [...path, file])
        done.add(file)
      }
    }
    for (const file of files) walk(file, [])
    expect(circles).toEqual([])
  })
})

describe('single importers', () => {
  test.each(Object.entries(onlyImporter))('%s', (name, importers) => {
    const users = imports.filter(({ to }) => to === name || to.startsWith(`${name}/`))
    expect(users.filter(({ from }) => !importers.includes(from)).map(({ file }) => file)).toEqual([])
  })
})

describe('the world', () => {
  const within = (place: string) => floorOf(place) in floors

  test('is met in adapters: a floor imports of Node only what works on what it is given', () => {
    const worldly = imports.filter(({ from, to }) => within(from) && isBuiltin(to) && !pure.includes(to))
    expect(worldly.map(({ file, to }) => `${file} imports ${to}`)).toEqual([])
  })

  test('is not met by what needs no import either', () => {
    const globals =
      /\bglobalThis\b|(?<![.\w])fetch\(|\bprocess\.(?:argv|chdir|cwd|env|exit\w*|kill|on|once|pid|std\w+)\b/
    expect(files.filter(file => within(placeOf(file)) && globals.test(codeOf(file)))).toEqual([])
  })
})

describe('one executable', () => {
  test('has no folder: who looks beside its own file asks first whether there is one', () => {
    const looking = files.filter(file => /\bimport\.meta\b/.test(codeOf(file)))
    expect(looking.length).toBeGreaterThan(2)
    const own = ['src/bin.ts', 'src/main.ts']
    expect(looking.filter(file => !own.includes(file) && !/\bisSea\(\)/.test(codeOf(file)))).toEqual([])
  })
})

describe('house rules', () => {
  const length = (file: string) => readFileSync(join(root, file), 'utf8').split('\n').length

  test('files stay under 250 lines, commands under 80', () => {
    const limit = (file: string) => (file.startsWith('src/commands/') ? 80 : 250)
    expect(files.filter(file => length(file) > limit(file) + 1)).toEqual([])
  })

  test('every room has a door that says what it never does', () => {
    const doors = Object.entries(floors).flatMap(([floor, rooms]) =>
      rooms.map(room => `src/${floor}/${room}/index.ts`),
    )
    const text = (door: string) => (files.includes(door) ? readFileSync(join(root, door), 'utf8') : '')
    expect(doors.filter(door => !text(door).startsWith('/**'))).toEqual([])
  })

  test('no module is mocked, and no test is skipped or alone', () => {
    const tests = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' }).filter(
      name => /\.ts$/.test(name) && !name.startsWith('support/') && name !== 'architecture.test.ts',
    )
    const forbidden =
      /\bvi\.(?:do)?mock\b|\b(?:test|it|describe)\.(?:\w+\.)*(?:only|skip|todo|skipIf|runIf|fails)\b|\b[xf](?:it|test|describe)\(|\b(?:only|skip|todo|fails): *true\b/i
    expect(tests.filter(name => forbidden.test(readFileSync(join(root, 'test', name), 'utf8')))).toEqual([])
  })
})
