import { expect, test } from 'vitest'
import { asBytes, read, sealed } from './reading.ts'

test('names are joined, places are not', async () => {
  const text = 'a:\n  b.c: {d e: 1x}\n  f: [g, [h], {i: j}]\n"": k\n'
  const { values, names } = await read({ 'x.yaml.enc': asBytes(text) })
  expect(values).toEqual({
    'a["b.c"]["d e"]': '1x',
    'a.f[0]': 'g',
    'a.f[1][0]': 'h',
    'a.f[2].i': 'j',
    '[""]': 'k',
  })
  expect(names).toEqual(['a_b.c_d e', 'a_f_0', 'a_f_1_0', 'a_f_2_i', ''])
})

test('merge keys: own keys first, then earlier sources, through several mappings', async () => {
  const text =
    'one: &1 {a: one, b: one}\ntwo: &2 {<<: *1, b: two, c: two}\nthree:\n  <<: [{c: first}, *2]\n  d: own\n'
  const { values } = await read({ 'x.yaml.enc': asBytes(text) })
  expect(values).toMatchObject({
    'two.a': 'one',
    'two.b': 'two',
    'three.c': 'first',
    'three.a': 'one',
    'three.b': 'two',
  })
})

test('a few lines that stand for too many values are told of', async () => {
  const ten = (name: string) => Array(10).fill(`*${name}`).join(', ')
  const lists = ['b', 'c', 'd', 'e', 'f'].map((name, i) => `${name}: &${name} [${ten('abcde'[i] ?? '')}]`)
  const text = ['a: &a [x, x, x, x, x, x, x, x, x, x]', ...lists].join('\n')
  await expect(read({ 'x.yaml.enc': asBytes(text) })).rejects.toMatchObject({
    message: '/repo/x.yaml.enc: it stands for more than 100000 values',
  })
})

test('of a text that sops took for bytes numbers are as they are written, and told where a reader counts them', async () => {
  const { values, doubts } = await read({
    'x.yaml.enc': asBytes('a: 0123\nb: 5432\nc: yes\nd: true\ne: "0123"\nf: 1e3\n'),
  })
  expect(values).toEqual({ a: '0123', b: '5432', c: 'yes', d: 'true', e: '0123', f: '1e3' })
  expect(doubts.map(said => said.split(':')[0])).toEqual([
    'changed a',
    'changed c',
    'changed f',
    'told (file)',
  ])
})

test('the partner of a key that is there twice is the one that comes as early', async () => {
  const file = {
    format: 'json' as const,
    plain: '{"a": 1.5, "a": "x", "b": "y"}',
    encrypted: `{"a":"${sealed('float')}","a":"${sealed()}","b":"open"`,
  }
  const { doubts, values } = await read({ 'a.json': file })
  expect(values).toEqual({ a: '1.5', 'a (number 2 of that name)': 'x' })
  expect(doubts.map(said => said.split(':')[0])).toEqual([
    'lost a',
    'changed a (number 2 of that name)',
    'told b',
  ])
})

test('no doubt has a value in it', async () => {
  const plain = 'a: 9876543210987654321098\nb: null\nc: hush\nd: 2026-01-09T00:00:00Z\ne: !!binary //4A\n'
  const encrypted = `a: ${sealed('float')}\nb: null\nc: hush\nd: ${sealed('time')}\ne: ${sealed()}`
  const { doubts } = await read({ 'a.yaml': { format: 'yaml', plain, encrypted } })
  expect(doubts).toHaveLength(5)
  expect(doubts.join('\n')).not.toMatch(/9876|hush|2026-01|\/\/4A/)
})

test('a text that sops withholds is taken from JSON, or refused in a further document', async () => {
  const one = { format: 'yaml' as const, plain: 'a: null\n', encrypted: `a: ${sealed()}` }
  expect((await read({ 'a.yaml': { ...one, json: '{"a": "\\tx\\ny"}' } })).values).toEqual({ a: '\tx\ny' })
  const two = { ...one, plain: 'b: c\n---\na: null\n', encrypted: `b: ${sealed()}\n---\na: ${sealed()}` }
  const { values, doubts } = await read({ 'a.yaml': two })
  expect(values).toEqual({ b: 'c' })
  expect(doubts).toContainEqual(expect.stringMatching(/^refused document 2: a/))
})

test('a Kubernetes Secret is told from what only looks like one', async () => {
  const text = 'apiVersion: v1\nkind: Secret\ndata: {a: aGk=, b: "?"}\nstringData: {c: d}\n'
  const { values, doubts } = await read({ 'x.yaml.enc': asBytes(text) })
  expect(values).toEqual({ 'data.a': 'hi', 'stringData.c': 'd' })
  expect(doubts).toContainEqual(expect.stringMatching(/^refused data\.b/))
  const other = await read({ 'x.yaml.enc': asBytes(text.replace('v1', 'v2')) })
  expect(other.values).toMatchObject({ 'data.a': 'aGk=', kind: 'Secret' })
})

test('Secrets in a list of Kubernetes are taken as such, and what no Secret may have is refused', async () => {
  const secret = 'apiVersion: v1\n  kind: Secret\n  data: {a: aGk=, b: [c]}\n  stringData: {d: {e: f}}\n'
  const text = `apiVersion: v1\nkind: List\nitems:\n- ${secret}- {apiVersion: v1, kind: ConfigMap, data: {g: h}}\n`
  const { values, names, doubts } = await read({ 'x.yaml.enc': asBytes(`---\n${text}`) })
  expect([names, values]).toEqual([['a'], { 'items[0].data.a': 'hi' }])
  expect(doubts.map(said => said.split(':')[0])).toEqual([
    ...['told items[0].kind', 'refused items[0].data.b', 'refused items[0].stringData.d'],
    ...['told items[1]', 'told (file)'],
  ])
  const other = await read({ 'x.yaml.enc': asBytes('apiVersion: v1\nkind: List\nitems: [{a: b}]\n') })
  expect(other.values).toMatchObject({ 'items[0].a': 'b' })
})
