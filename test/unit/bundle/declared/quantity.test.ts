import { expect, test } from 'vitest'
import { parseCpu, parseMemory, printCpu } from '../../../../src/bundle/declared/index.ts'
import { printMemory } from '../../../../src/kernel/errors/index.ts'

test.each([
  ['0', 0],
  ['128', 128],
  ['640Mi', 640 * 2 ** 20],
  ['1.5Gi', 1.5 * 2 ** 30],
  ['1k', 1000],
  ['1M', 1e6],
  ['1e3', 1000],
  ['1E3', 1000],
  ['2E', 2e18],
  ['128974848000m', 128974848],
  ['1m', 1],
  ['0.1Ki', 103],
  ['.5', 'fault'],
  ['1Qi', 'fault'],
  ['-1Mi', 'fault'],
  ['', 'fault'],
])('memory %s', (text, bytes) => {
  if (bytes === 'fault')
    expect(() => parseMemory(text)).toThrow(expect.objectContaining({ code: 'RENDER_FAILED' }))
  else expect(parseMemory(text)).toBe(bytes)
})

test.each([
  ['300m', 300],
  ['1', 1000],
  ['0.25', 250],
  ['0.0001', 1],
  ['100u', 1],
  ['1500n', 1],
  ['2k', 2_000_000],
])('CPU %s', (text, millicores) => {
  expect(parseCpu(text)).toBe(millicores)
})

test('sums of many small shares stay exact', () => {
  expect(Array.from({ length: 10 }, () => parseCpu('0.1')).reduce((a, b) => a + b, 0)).toBe(parseCpu('1'))
})

test('printing', () => {
  expect([640 * 2 ** 20, 512 * 1024, 129e6, 1000, 0].map(printMemory)).toEqual([
    '640Mi',
    '512Ki',
    '129M',
    '1000',
    '0',
  ])
  expect([300, 0].map(printCpu)).toEqual(['300m', '0'])
})
