import { describe, expect, test } from 'vitest'
import { table } from '../../../src/cli/table.ts'
import { columnsOf, cut, widthOf, wrap } from '../../../src/cli/width.ts'

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`

test('a pipe and a console without a width have no end', () => {
  expect(columnsOf({ isTTY: true, columns: 60 })).toBe(60)
  for (const stream of [{}, { columns: 60 }, { isTTY: true }, { isTTY: true, columns: 0 }])
    expect(columnsOf(stream)).toBe(Number.POSITIVE_INFINITY)
})

test.each([
  ['plain', 5],
  ['日本', 4],
  ['é', 1],
  ['e\u0301', 1],
  ['🚢', 2],
  ['…─·', 3],
])('%j takes %d columns', (text, width) => {
  expect(widthOf(text)).toBe(width)
})

test('a text is cut to a width, also between wide characters', () => {
  expect(cut('short', 5)).toBe('short')
  expect(cut('longer', 5)).toBe('long…')
  expect(cut('日本語', 4)).toBe('日…')
  expect(cut('longer', 1)).toBe('…')
})

test('a text is wrapped at blanks, and a long word within', () => {
  expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
  expect(wrap(digest, 40)).toEqual([digest.slice(0, 40), digest.slice(40)])
  expect(wrap(`a ${'x'.repeat(9)} b`, 5)).toEqual(['a', 'xxxxx', 'xxxx', 'b'])
  expect(wrap('Deployment/external-secrets-webhook', 20)).toEqual(['Deployment/external-', 'secrets-webhook'])
  // Nothing is lost where not even one character fits.
  expect(wrap('日本', 1)).toEqual(['日', '本'])
})

describe('a table', () => {
  const head = ['object', 'container', 'requests', 'CPU', 'observed', 'CPU']
  const rows = [
    ['Deployment/external-secrets-cert-controller', 'cert-controller', '32Mi', '15m', '27Mi', '2m'],
    ['Deployment/infisical', 'infisical', '512Mi', '250m', '668Mi', '31m'],
  ]
  const right = [2, 3, 4, 5]
  const inLines = (columns: number) => table(head, rows, right, columns).split('\n')

  test('is as wide as it wants where there is room, and in a pipe', () => {
    expect(inLines(120)).toEqual(inLines(Number.POSITIVE_INFINITY))
    expect(inLines(120)).toHaveLength(4)
  })

  test.each([100, 80, 72, 60, 59])(
    'fits into %d columns, with its columns whole and no number broken',
    columns => {
      const lines = inLines(columns)
      expect(lines.filter(line => widthOf(line) > columns)).toEqual([])
      // Numbers stand right below their titles, whatever is wrapped before them.
      const titles = lines[0] ?? ''
      for (const [title, number] of [
        ['requests', '32Mi'],
        ['observed', '27Mi'],
      ] as const) {
        const line = lines.find(one => one.includes(number)) ?? ''
        expect(line.indexOf(number) + number.length).toBe(titles.indexOf(title) + title.length)
      }
      expect(lines.join('').replaceAll(/\s|─/g, '')).toContain('cert-')
    },
  )

  test('loses no character of what it wraps', () => {
    const text = table(['image', 'digest'], [['docker.io/infisical/infisical:v1', digest]], [], 60)
    const cells = text.split('\n').slice(2)
    expect(cells.map(line => line.slice(31).trim()).join('')).toBe(digest)
  })

  test('is a list where there is no room for columns', () => {
    const lines = inLines(30)
    expect(lines.filter(line => widthOf(line) > 30)).toEqual([])
    expect(lines).toContain('  requests: 32Mi')
    expect(lines).toContain('')
  })

  test('of wide characters has its columns below one another', () => {
    expect(
      table(
        ['name', 'kind'],
        [
          ['日本', 'a'],
          ['x', 'b'],
        ],
        [],
        80,
      ),
    ).toBe('name  kind\n────  ────\n日本  a\nx     b')
  })
})
