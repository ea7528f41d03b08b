import { expect, test } from 'vitest'
import { readValues, valuesLimit } from '../../../../src/bundle/opening/values-files.ts'
import type { ChartSpec } from '../../../../src/kernel/inputs/index.ts'

const charts = (...values: string[][]) => values.map(paths => ({ values: paths }) as ChartSpec)

test('gives each file once, as the bytes that lie there, whatever they are', async () => {
  const odd = Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0x3a, 0xff, 0x0d, 0x0a])
  const asked: string[] = []
  const read = async (path: string) => {
    asked.push(path)
    return path === 'odd' ? odd : Buffer.from('- no mapping')
  }
  const found = await readValues(charts(['odd', 'list'], ['odd']), 'bundle.yaml', read)
  expect(found).toEqual(
    new Map([
      ['odd', odd],
      ['list', Buffer.from('- no mapping')],
    ]),
  )
  expect(asked).toEqual(['odd', 'list'])
})

test('names every file that cannot be used', async () => {
  const read = async (path: string) => {
    if (path === 'broken') throw new Error('no such luck\nat all')
    return path === 'large' ? Buffer.alloc(valuesLimit + 1) : undefined
  }
  await expect(readValues(charts(['gone', 'broken'], ['large']), 'bundle.yaml', read)).rejects.toMatchObject({
    code: 'SPEC_INVALID',
    message: 'bundle.yaml names values files that cannot be used',
    faults: ['gone: the values file is not there', 'broken: no such luck', 'large: more than 16Mi'],
  })
})
