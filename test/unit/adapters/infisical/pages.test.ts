import { describe, expect, test } from 'vitest'
import { pagesOf } from '../../../../src/adapters/infisical/pages.ts'
import { rejection } from '../../site/wire/memory.ts'

async function list(ask: (offset: number) => readonly string[]): Promise<string[]> {
  const all: string[] = []
  const ofPage = async ({ offset }: { readonly offset: string }) => ask(Number(offset))
  for await (const some of pagesOf<string>('things', 2, id => id, ofPage)) all.push(...some)
  return all
}

describe('pages of a list', () => {
  test.each([
    ['none', []],
    ['one that is not full', ['a']],
    ['a full one, and none', ['a', 'b']],
    ['several', ['a', 'b', 'c', 'd', 'e']],
  ])('are read to the end: %s', async (_, all) => {
    expect(await list(offset => all.slice(offset, offset + 2))).toEqual(all)
  })

  test('an entry that has moved on to the next page is on both', async () => {
    const pages = [['a', 'b'], ['b', 'c'], ['d']]
    expect(await list(offset => pages[offset / 2] ?? [])).toEqual(['a', 'b', 'b', 'c', 'd'])
  })

  test.each([
    ['the same page again and again', () => ['a', 'b']],
    ['always another one', (offset: number) => [`a${offset}`, `b${offset}`]],
  ])('have an end, whatever the server gives: %s', async (_, ask) => {
    const { code, message } = await rejection(list(ask))
    expect([code, message]).toEqual(['SERVER_FAILED', "Infisical's list of things has no end"])
  })
})
