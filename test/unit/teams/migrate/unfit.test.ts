import { describe, expect, it, test } from 'vitest'
import { type Doubt, doubtsOf, type Found } from '../../../../src/teams/migrate/index.ts'
import { foundOf, sourcesOf } from '../verbs/migrate-site.ts'

const keeping = { replaces: false, by: 'store talent-mesh.prod' }
const replacing = { replaces: true, by: 'store talent-mesh.prod' }
const said = (found: readonly Found[], expansion = keeping) =>
  doubtsOf(found, expansion).map(({ kind, text }: Doubt) => `${kind}: ${text}`)
const ofName = (name: string) => said([foundOf(name, 'v')])
const ofValue = (value: string, expansion = keeping) => said([foundOf('NAME', value)], expansion)

describe('a name', () => {
  test.each(['PASSWORD', 'lower_case', '_A1', 'N'.repeat(100)])('%s is fit for all', name => {
    expect(ofName(name)).toEqual([])
  })

  test.each([
    ['a:b', /has a : or \/ in it/],
    ['a/b', /has a : or \/ in it/],
    ['', /is no name/],
    ['  ', /is no name/],
    [' A', /begins or ends with a space/],
    ['A\t', /begins or ends with a space/],
    ['A\0B', /has a NUL in it/],
    ['N'.repeat(256), /has 256 characters, and Infisical takes 255/],
    ['A\ud800', /is no Unicode text/],
  ])('%j cannot be written', (name, why) => {
    expect(ofName(name)).toHaveLength(1)
    expect(ofName(name)[0]).toMatch(/^refused: /)
    expect(ofName(name)[0]).toMatch(why)
  })

  test.each([
    ['N'.repeat(101), /longer than the 100 characters/],
    ['N'.repeat(255), /longer than the 100 characters/],
    // Each is six characters in a URL.
    ['Ü'.repeat(17), /longer than the 100 characters/],
    ['what?', /does not escape/],
    ['a#b', /does not escape/],
    ['50%', /does not escape/],
    ['..', /is a step in a path/],
  ])('%j can be written, and not be asked for', (name, why) => {
    expect(ofName(name)[0]).toMatch(/^changed: /)
    expect(ofName(name)[0]).toMatch(why)
  })

  test.each([
    ['with space', /^told: "with space" is no key of a Kubernetes Secret/],
    ['Ünïcode', /^told: Ünïcode is no key of a Kubernetes Secret/],
    ['..hidden', /^told: \.\.hidden is no key of a Kubernetes Secret/],
    ['with-dash', /^told: with-dash is no name of a variable in a shell/],
    ['dot.name', /^told: dot\.name is no name of a variable in a shell/],
    ['1DIGIT', /^told: 1DIGIT is no name of a variable in a shell/],
  ])('%j wants another one somewhere', (name, why) => {
    expect(ofName(name)).toEqual([expect.stringMatching(why)])
  })
})

describe('a value', () => {
  test.each(['v', 'v\n', 'two\nlines', 'a\r\nb', 'pa$$word$HOME', '$', '{}', 'x'.repeat(1_040_000)])(
    '%# is read as it is',
    value => {
      expect(ofValue(value)).toEqual([])
    },
  )

  test.each([
    [' v', 'white space at its start'],
    ['v  ', 'spaces or tabs at its end'],
    ['v\t', 'spaces or tabs at its end'],
    ['v\n\n', 'newlines at its end but one'],
    ['a\r\nb\r\n', 'the carriage return at its end'],
    ['  ', 'spaces or tabs at its end'],
    ['\u00a0v', 'white space at its start'],
    ['v \n', 'spaces or tabs at its end'],
    ['\n', undefined],
  ])('%j is trimmed', (value, what) => {
    expect(ofValue(value)).toEqual(what === undefined ? [] : [`changed: NAME: Infisical takes off ${what}`])
  })

  it('with a reference is read as it is where the store says so, and otherwise not', () => {
    const value = `a\${b}c`
    expect(ofValue(value)).toEqual([
      expect.stringMatching(/^told: NAME: has \$\{ in it: it is read as it is where/),
    ])
    expect(ofValue(value, replacing)).toEqual([
      expect.stringMatching(/^changed: NAME: has \$\{ in it, and store talent-mesh.prod replaces references/),
    ])
  })

  it('that no Secret holds, no request, or no variable, is refused', () => {
    expect(ofValue('x'.repeat(2 ** 20 + 1))[0]).toMatch(/^refused: NAME: its 1\.0 MB are more than the 1 MiB/)
    expect(ofValue('"'.repeat(600_000))).toEqual([
      expect.stringMatching(/^refused: .* make a request larger/),
    ])
    expect(ofValue('a\0b')).toEqual([expect.stringMatching(/^refused: NAME: has a NUL in it/)])
  })

  it('that is empty is told, and one that is no Unicode text', () => {
    expect(ofValue('')).toEqual(['told: NAME: is empty, and stays so'])
    expect(ofValue('a\udc00')).toEqual([expect.stringMatching(/^changed: NAME: is no Unicode text/)])
  })

  it('is not in what is said of it', () => {
    const values = [' hunter2', 'hunter2\0', `hunter2\${x}`, 'hunter2\ud800', 'hunter2'.repeat(200_000)]
    expect(values.flatMap(value => ofValue(value, replacing)).join()).not.toContain('hunter2')
  })
})

describe('several secrets', () => {
  it('of one name and value are one, and with another value none', () => {
    const twice = (second: string) => [foundOf('A', 'v', 'a.yaml'), foundOf('A', second, 'b.yaml', 'x.A')]
    expect(said(twice('v'))).toEqual([
      'told: A is in a.yaml at A too, with the same value: it is written once',
    ])
    expect(said(twice('w'))).toEqual([
      'refused: A has another value in b.yaml at x.A: only one of them can have the name',
      'refused: A has another value in a.yaml at A: only one of them can have the name',
    ])
  })

  it('of one name in a thousand files are told with few of their places each', () => {
    const many = Array.from({ length: 1000 }, (_, i) => foundOf('A', `v${i}`, `${i}.yaml`))
    const all = said(many)
    expect([all[0], all[1], all[999]]).toEqual(
      [
        '1.yaml at A, 2.yaml at A, 3.yaml',
        '0.yaml at A, 2.yaml at A, 3.yaml',
        '0.yaml at A, 1.yaml at A, 2.yaml',
      ].map(
        places =>
          `refused: A has another value in ${places} at A and 996 more: only one of them can have the name`,
      ),
    )
  })

  it('that are more than a Secret holds together are told', () => {
    const { found } = sourcesOf({ A: 'x'.repeat(700_000), B: 'x'.repeat(700_000) })
    expect(said(found)).toEqual([expect.stringMatching(/^told: all of it together has 1\.4 MB/)])
  })
})
