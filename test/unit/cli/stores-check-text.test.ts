import { expect, test } from 'vitest'
import { storesCheckText } from '../../../src/cli/stores-check-text.ts'

const finding = {
  object: 'ExternalSecret a/b',
  says: 'SecretSynced',
  is: 'there is no Secret b',
  remedy: 'look',
}
const checked = { stores: ['talent-mesh.prod'], objects: 2, findings: [], waiting: [] }

test('a check that found nothing is one line', () => {
  expect(storesCheckText(checked)).toBe('2 objects through 1 store: all as they are called')
})

test('what was found is a line a thing, and what waits is apart', () => {
  const text = storesCheckText({
    ...checked,
    findings: [finding],
    waiting: [{ ...finding, object: 'other' }],
  })
  expect(text.split('\n')).toEqual([
    ...['2 objects through 1 store', ''],
    'object              it says       what is so            what to do',
    '──────────────────  ────────────  ────────────────────  ──────────',
    'ExternalSecret a/b  SecretSynced  there is no Secret b  look',
    ...['', 'on its way:'],
    'object  it says       what is so            what to do',
    '──────  ────────────  ────────────────────  ──────────',
    'other   SecretSynced  there is no Secret b  look',
  ])
})
