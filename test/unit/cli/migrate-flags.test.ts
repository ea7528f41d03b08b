import { Parser } from '@oclif/core'
import { describe, expect, it } from 'vitest'
import { readingFlags, readingOptions, slugFlags, switchName } from '../../../src/cli/migrate-flags.ts'
import MigrateSops from '../../../src/commands/migrate/sops.ts'

const parsed = (...words: string[]) =>
  Parser.parse(['--project', 'p', '--environment', 'e', ...words], {
    flags: { ...slugFlags, ...readingFlags },
  })
const wrong = (message: RegExp) => expect.objectContaining({ message: expect.stringMatching(message) })

describe('where secrets go', () => {
  it.each([
    [[], '/'],
    [['--path', '/'], '/'],
    [['--path', '/db/primary'], '/db/primary'],
    [['--path', '/db/'], '/db'],
  ])('%j is folder %s', async (words, path) => {
    expect((await parsed(...words)).flags.path).toBe(path)
  })

  it.each(['db', '/a b', '/a//b', '', '/../x'])('%j is no folder', async path => {
    await expect(parsed('--path', path)).rejects.toEqual(wrong(/--path\s.* is not a path such as/s))
  })
})

describe('how files are read', () => {
  it('is as the room has it', async () => {
    const { flags } = await parsed(
      '--leave',
      'a/**',
      '--leave',
      'b',
      '--read-as',
      'x=y*=dotenv',
      '--unencrypted',
    )
    expect(readingOptions(flags)).toMatchObject({
      leave: ['a/**', 'b'],
      readAs: [{ pattern: 'x=y*', form: 'dotenv' }],
      unencrypted: true,
    })
  })

  it.each(['*.enc', '=yaml', '*.enc=toml'])('%j is no pattern and form', async text => {
    const { flags } = await parsed('--read-as', text)
    expect(() => readingOptions(flags)).toThrow(/is not PATTERN=FORM, with one of yaml, json/)
  })
})

describe('what is switched', () => {
  it('is a namespace and a name', () => {
    expect(switchName('talent-mesh/db.credentials')).toEqual({
      namespace: 'talent-mesh',
      name: 'db.credentials',
    })
  })

  it.each(['db', 'a/b/c', '/db', 'a/', 'A/b'])('%j is neither', text => {
    expect(() => switchName(text)).toThrow(/is not NAMESPACE\/NAME/)
  })
})

it.each(['--leave=a', '--read-as=a=hcl', '--switch=n/a', '--accept=changed'])(
  'a path behind %s is a path: it is not left alone without a word',
  async given => {
    const [flag = '', value = ''] = given.split(/=(.*)/s)
    const { args, flags, strict } = MigrateSops
    const required = ['-c', 's', '--project', 'p', '--environment', 'e']
    const { argv } = await Parser.parse([...required, flag, value, 'secrets/'], { args, flags, strict })
    expect(argv).toEqual(['secrets/'])
  },
)
