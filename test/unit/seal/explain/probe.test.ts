import { expect, test } from 'vitest'
import { candidatesIn, originOf, probing } from '../../../../src/seal/explain/probe.ts'

const file = (file: string, text: string) => ({ file, bytes: Buffer.from(text) })

test('places that look like requests, limits or a number of pods are found at any depth, the last file’s', () => {
  const found = candidatesIn([
    {
      bytes: Buffer.from(
        'a: {resources: {requests: {memory: 1Mi, cpu: 0.5}}}\nreplicaCount: 1\nmaxReplicas: 3\n',
      ),
    },
    file(
      'b.yaml',
      'a: {resources: {requests: {memory: 2Mi}}}\nlist: [{memory: 1}]\nmemory: {x: {cpu: 1m}}\n',
    ),
  ])
  expect(found.map(({ path, kind, file = '' }) => `${path.join('.')} ${kind} ${file}`)).toEqual([
    'a.resources.requests.memory memory b.yaml',
    'a.resources.requests.cpu cpu ',
    'replicaCount replicas ',
    'maxReplicas replicas ',
    'memory.x.cpu cpu b.yaml',
  ])
  expect(new Set(found.map(({ kind, probe }) => `${kind} ${probe}`)).size).toBe(found.length)
})

test('a probe sets them all, and names its place when it is seen', () => {
  const found = candidatesIn([file('b.yaml', 'resources: {limits: {memory: 2Mi, cpu: 1}}\nreplicas: 4\n')])
  const [memory, cpu, replicas] = found.map(({ probe }) => probe)
  expect(JSON.parse(JSON.stringify(probing(found)))).toEqual({
    resources: { limits: { memory: `${memory}`, cpu: `${cpu}m` } },
    replicas,
  })
  const place = { in: 'values', file: 'b.yaml' }
  expect(originOf('memoryLimit', memory, found)).toEqual({
    words: 'b.yaml: resources.limits.memory',
    ...{ figure: 'memoryLimit', ...place, value: 'resources.limits.memory' },
  })
  expect(originOf('cpu', cpu, found)).toMatchObject({ ...place, value: 'resources.limits.cpu' })
  expect(originOf('replicas', replicas, found)).toMatchObject({ ...place, value: 'replicas' })
  expect(originOf('memory', 5, found)).toMatchObject({ figure: 'memory', in: 'template' })
  expect(originOf('memory', undefined, found)).toMatchObject({ figure: 'memory', in: 'template' })
})

test.each([
  ['no YAML', 'a: [', 0],
  ['a text', 'just text', 0],
  ['nothing', '', 0],
  ['a place that another file makes a text', 'resources: {memory: 1Mi}', 1],
  ['one that another file makes a mapping', 'memory: {cpu: 1}', 1],
  ['names of what every object has', '__proto__: {memory: 1Mi}\nconstructor: {memory: 1Mi}', 2],
])('values of %s are no fault', (_, text, count) => {
  const other = text.startsWith('resources')
    ? 'resources: much'
    : text.startsWith('memory')
      ? 'memory: 1Mi'
      : ''
  const found = candidatesIn([file('a.yaml', text), file('b.yaml', other)])
  expect(found.length).toBeGreaterThanOrEqual(count > 0 ? 1 : 0)
  expect(() => JSON.stringify(probing(found))).not.toThrow()
  expect(({} as { memory?: unknown }).memory).toBeUndefined()
})

test('thousands of places are not all probed', () => {
  const text = Array.from({ length: 3000 }, (_, i) => `k${i}: {memory: 1Mi}`).join('\n')
  expect(candidatesIn([file('a.yaml', text)])).toHaveLength(500)
})
