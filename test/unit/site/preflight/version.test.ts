import { expect, test } from 'vitest'
import { judgeVersion } from '../../../../src/site/preflight/index.ts'

const rendered = '1.36.0'
const eso = { name: 'external-secrets', range: '>= 1.19.0-0' }
const judge = (version: string, ...charts: { name: string; range?: string }[]) =>
  judgeVersion({ version, rendered, charts })

test('the minor that charts were rendered for, within their ranges', () => {
  expect(judge('v1.36.3+k3s1', eso, { name: 'infisical' })).toEqual({
    result: 'ok',
    seen: 'v1.36.3+k3s1; the charts were rendered for 1.36.0',
  })
  expect(judge('v1.36.0-rc.1', { name: 'x', range: '' }).result).toBe('ok')
})

test.each(['v1.35.4+k3s1', 'v1.37.0', 'v2.36.0'])('another minor is a warning: %s', version => {
  const found = judge(version)
  expect(found.result).toBe('warning')
  expect(found.next).toContain('kubernetes in bundle.yaml')
})

test('one that is too old is a fault', () => {
  expect(judge('v1.24.17+k3s1')).toMatchObject({ result: 'fault', seen: expect.stringContaining('1.25.0') })
})

test.each([
  ['>= 1.37.0-0', 'is for Kubernetes >= 1.37.0-0, and this is 1.36.3'],
  ['>=1.19.0-0, <1.36.0-0', 'and this is 1.36.3'],
  ['1.20 - 1.35 || ~1.38', 'and this is 1.36.3'],
])('one outside a chart’s range is a fault: %s', (range, seen) => {
  expect(judge('v1.36.3+k3s1', { name: 'x', range })).toMatchObject({
    result: 'fault',
    seen: expect.stringContaining(seen),
  })
})

test.each(['>=1.19.0-0, <1.37.0-0', '>=1.19.0-0 <1.37.0-0', '^1.30.0-0', '*', '1.20 - 1.36'])(
  'ranges as helm writes them: %s',
  range => {
    expect(judge('v1.36.3+k3s1', { name: 'x', range }).result).toBe('ok')
  },
)

test.each([
  ['!=1.36.2', 'ok'],
  ['>=1.30.0-0, != 1.36.3', 'fault'],
  ['!=1.36', 'fault'],
  ['!=1.36.3 || =<1.36.3', 'ok'],
  ['=>1.36.0, =<1.37.0', 'ok'],
  ['=>1.37.0-0', 'fault'],
  ['!=most', 'warning'],
])('what only helm writes so: %s', (range, result) => {
  for (const version of ['v1.36.3+k3s1', 'v1.36.3-gke.1245000'])
    expect(judge(version, { name: 'x', range }).result).toBe(result)
})

test('a range that is none is a warning, and hides no fault', () => {
  const odd = { name: 'x', range: 'newer\u001b[2J than most' }
  expect(judge('v1.36.3', odd)).toMatchObject({
    result: 'warning',
    seen: expect.stringContaining('cannot be read as a range'),
  })
  expect(judge('v1.36.3', odd).seen).not.toContain('\u001b')
  expect(judge('v1.20.0', odd).result).toBe('fault')
})

test('what is no version is a fault', () => {
  expect(judge('unknown').result).toBe('fault')
})
