import { expect, test } from 'vitest'
import { migratedStoresText } from '../../../src/cli/migrate-stores-text.ts'

test('where nothing is to be rewritten, it is one line', () => {
  expect(migratedStoresText({ looked: 3, files: [], notes: [] })).toBe('nothing to rewrite in 3 files')
})

test('diffs come one after the other, and what a person must do below them', () => {
  const file = (name: string) => ({ file: name, diff: `--- a/${name}\n`, written: false })
  const notes = [
    { where: 'a', line: 4, kind: 'left', text: 'write v1' },
    { where: 'b', kind: 'told', text: 'no text' },
  ] as const
  const text = migratedStoresText({ looked: 2, files: [file('a'), file('b')], notes })
  expect(text.split('\n')).toEqual([
    ...['--- a/a', '--- a/b', ''],
    '         where  what',
    '───────  ─────  ────────',
    'by hand  a:4    write v1',
    'note     b      no text',
  ])
})

test('what the cluster may keep is said where it was looked at', () => {
  const none = { looked: 0, files: [], notes: [] }
  expect(migratedStoresText({ ...none, stored: [] })).toContain('the cluster keeps nothing as v1beta1')
  const text = migratedStoresText({ ...none, stored: [{ kind: 'ExternalSecret', objects: 3, written: 2 }] })
  expect(text).toContain('ExternalSecret  3        2')
})
