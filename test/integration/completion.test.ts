import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Config } from '@oclif/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { completionOf, shells } from '../../src/cli/completion/index.ts'
import { complete } from '../support/shells.ts'

// The shells themselves complete lines, by the scripts that the manifest gives.
let folder = ''
let config: Config
const script = (shell: string) => join(folder, `script.${shell}`)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-completion-'))
  config = await Config.load(join(import.meta.dirname, '../..'))
  for (const shell of shells) await writeFile(script(shell), completionOf(shell, config).script)
  for (const name of ['bundle one.tar', 'bundle.yaml']) await writeFile(join(folder, name), '')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Words of all verbs, and the flags that a verb has, by the manifest. */
const verbs = () => config.commands.filter(({ hidden }) => !hidden).map(({ id }) => id.split(':'))
const flagsOf = (words: readonly string[]) => {
  const found = config.commands.find(({ id }) => id === words.join(':'))
  return Object.keys(found?.flags ?? {}).map(name => `--${name}`)
}

describe.each(['bash', 'fish'] as const)('%s', shell => {
  const offers = (line: string) => complete[shell](script(shell), line)

  test('offers every verb, and after a topic its own', async () => {
    const first = new Set(verbs().map(([word]) => word))
    expect(await offers('sealift ')).toEqual(expect.arrayContaining([...first]))
    expect((await offers('sealift tenancy ')).sort()).toEqual(['apply', 'plan'])
    expect(await offers('sealift insp')).toEqual(['inspect'])
    expect(await offers('sealift nothing ')).toEqual([])
  })

  test('offers every flag of every verb, and no flag of another', async () => {
    for (const words of verbs()) {
      const found = await offers(`sealift ${words.join(' ')} --`)
      expect([words, found]).toEqual([words, expect.arrayContaining(flagsOf(words))])
    }
    expect(await offers('sealift status --')).not.toContain('--budget')
  })

  test('offers what a flag may be', async () => {
    expect((await offers('sealift lock spec --budget ')).sort()).toEqual(['hold', 'warn'])
    expect(await offers('sealift keys new --type ed')).toEqual(['ed25519'])
    expect(await offers('sealift completion z')).toEqual(['zsh'])
    // Of a project on a server nothing is known, and a file is none.
    expect(await offers('sealift tenancy apply --prune ')).toEqual([])
  })
})

test('bash takes the value behind an = as well, however words are broken', async () => {
  expect(await complete.bash(script('bash'), 'sealift lock --budget=w')).toEqual(['warn'])
})

test('fish offers files where a file is wanted', async () => {
  const offers = (line: string) => complete.fish(script('fish'), line)
  expect(await offers(`sealift verify ${folder}/bundle`)).toEqual([
    `${folder}/bundle one.tar`,
    `${folder}/bundle.yaml`,
  ])
  expect(await offers(`sealift status --site ${folder}/bundle.`)).toEqual([`${folder}/bundle.yaml`])
})

describe('zsh', () => {
  const sees = (line: string) => complete.zsh(script('zsh'), line)

  test.each([
    ['a verb', 'sealift insp', 'TYPED inspect'],
    ['a verb of a topic', 'sealift audit exp', 'TYPED audit export'],
    ['a flag', 'sealift lock spec --lock', 'TYPED lock spec --locked'],
    ['what a flag may be', 'sealift keys new --type=ed', 'TYPED keys new --type=ed25519'],
    ['what an argument may be', 'sealift completion fi', 'TYPED completion fish'],
  ])('completes %s', async (_, line, typed) => {
    expect(await sees(line)).toContain(typed)
  })

  test('completes a file, with its blanks', async () => {
    expect(await sees(`sealift verify ${folder}/bundle\\ `)).toContain(
      `TYPED verify ${folder}/bundle one.tar`,
    )
  })

  test('shows what each verb is for', async () => {
    const seen = await sees('sealift r')
    expect(seen).toMatch(/remove +-- Take the platform away/)
    expect(seen).toMatch(/rotate +-- What is given anew/)
  })
})
