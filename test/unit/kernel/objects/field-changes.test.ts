import { describe, expect, test } from 'vitest'
import { fieldChanges } from '../../../../src/kernel/objects/field-changes.ts'

const changes = (before: unknown, after: unknown, left = 1000) =>
  fieldChanges(before, after, false, { left }).fields

const line = ({ path, kind, before, after }: ReturnType<typeof changes>[number]) =>
  [path, kind, before, after].filter(part => part !== undefined).join(' ')

describe('fields', () => {
  test.each([
    ['a value', { a: { b: '512Mi' } }, { a: { b: '600Mi' } }, ['a.b changed "512Mi" "600Mi"']],
    ['a type', { a: '1' }, { a: 1 }, ['a changed "1" 1']],
    ['one that came', {}, { a: { b: true } }, ['a.b added true']],
    ['one that went', { a: { b: null } }, {}, ['a.b removed null']],
    ['an empty mapping that came', {}, { a: {} }, ['a added {}']],
    ['an empty list that went', { a: [] }, {}, ['a removed []']],
    ['a mapping in the place of a text', { a: 'x' }, { a: { b: 1 } }, ['a changed "x" {…}']],
    ['a key with dots', { l: { 'app/x': 'a' } }, { l: { 'app/x': 'b' } }, ['l["app/x"] changed "a" "b"']],
    ['a key named like a method', { a: 1 }, { a: 1, constructor: 2 }, ['constructor added 2']],
  ])('%s', (_, before, after, lines) => {
    expect(changes(before, after).map(line)).toEqual(lines)
  })

  test('none between equals, whatever the order of keys', () => {
    expect(changes({ a: [{ x: 1 }], b: {} }, { b: {}, a: [{ x: 1 }] })).toEqual([])
  })
})

describe('what seems secret, in an object that is no Secret', () => {
  const env = (name: string, value: string) => ({ env: [{ name, value }] })
  test.each([
    ['a variable, by its name', env('DB_PASSWORD', 'one'), env('DB_PASSWORD', 'two')],
    ['one that came', { env: [] }, env('apiToken', 'two')],
    ['an entry of a ConfigMap', { data: { 'db.password': 'one' } }, { data: { 'db.password': 'two' } }],
    ['a login in an address', env('DB', 'postgres://u:one@db/x'), env('DB', 'postgres://u:two@db/x')],
    ['a password among arguments', { args: ['--db-password=one'] }, { args: ['--db-password=two'] }],
    [
      'what kubectl has noted',
      { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"pin":"one"}' } },
      { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"pin":"two"}' } },
    ],
  ])('is told without its value: %s', (_, before, after) => {
    const told = changes(before, after)
    expect(told.length).toBeGreaterThan(0)
    expect(JSON.stringify(told)).not.toMatch(/one|two/)
  })

  test('and is not among what is untold, by which it could be guessed', () => {
    const { untold } = fieldChanges(env('PASSWORD', 'one'), env('PASSWORD', 'two'), false, { left: 100 })
    expect(untold).toEqual([])
    expect(fieldChanges({ a: 'x\ny' }, { a: 'x\nz' }, true, { left: 100 }).untold).toEqual([])
  })

  test('and what only sounds like it is shown', () => {
    const from = (key: string) => ({ env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'n', key } } }] })
    expect(changes(from('a'), from('b')).map(line)).toEqual([
      'env[A].valueFrom.secretKeyRef.key changed "a" "b"',
    ])
    expect(changes({ image: 'r:5000/a@sha256:1' }, { image: 'r:5000/a@sha256:2' }).map(line)).toEqual([
      'image changed "r:5000/a@sha256:1" "r:5000/a@sha256:2"',
    ])
  })
})

test('what is not told, or not in full, is given beside', () => {
  const numbered = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, i]))
  const untold = (before: unknown, after: unknown) =>
    fieldChanges(before, after, false, { left: 1000 }).untold
  expect(untold({ a: 1, b: 'x' }, { a: 2, b: 'y' })).toEqual([])
  expect(untold({ a: 'x\ny' }, { a: 'x\nz' })).toEqual([['a', 'x\ny', 'x\nz']])
  expect(untold({}, { a: 'x'.repeat(200) })).toEqual([['a', null, 'x'.repeat(200)]])
  expect(untold({}, numbered(22))).toEqual([
    ['a20', null, 20],
    ['a21', null, 21],
  ])
})

describe('lists', () => {
  test('of named items are compared by name', () => {
    const main = { name: 'main', image: 'a:1' }
    const before = { containers: [main, { name: 'old', image: 'o:1' }] }
    const after = { containers: [{ name: 'new' }, { ...main, image: 'a:2' }] }
    expect(changes(before, after).map(line)).toEqual([
      'containers[main].image changed "a:1" "a:2"',
      'containers[old].name removed "old"',
      'containers[old].image removed "o:1"',
      'containers[new].name added "new"',
    ])
  })

  test('of plain values are compared by value', () => {
    expect(changes({ args: ['--a', '--b'] }, { args: ['--b', '--c'] }).map(line)).toEqual([
      'args[] removed "--a"',
      'args[] added "--c"',
    ])
  })

  test('in another order say so', () => {
    expect(changes({ args: ['--a', '--b'] }, { args: ['--b', '--a'] }).map(line)).toEqual([
      'args (order) changed "--a --b" "--b --a"',
    ])
  })

  test('of anything else are compared by position', () => {
    expect(changes({ rules: [{ verb: 'a' }] }, { rules: [{ verb: 'b' }, { verb: 'c' }] }).map(line)).toEqual([
      'rules[0].verb changed "a" "b"',
      'rules[1].verb added "c"',
    ])
    expect(changes({ ports: [1, 1] }, { ports: [1, 2] }).map(line)).toEqual(['ports[1] changed 1 2'])
  })
})

describe('what is shown', () => {
  test('long texts are cut, longer ones and those of many lines are not shown', () => {
    const [cut] = changes({ a: 'x'.repeat(200) }, { a: 'short' })
    expect(cut?.before).toHaveLength(120)
    expect(changes({ a: 'x'.repeat(500) }, { a: 'short' }).map(line)).toEqual(['a changed'])
    expect(changes({ a: 'one\ntwo' }, { a: 'one' }).map(line)).toEqual(['a changed'])
    expect(changes({ a: `${'x'.repeat(200)}1` }, { a: `${'x'.repeat(200)}2` }).map(line)).toEqual([
      'a changed',
    ])
  })

  test('of schemas only that they differ', () => {
    const crd = (description: string) => ({ spec: { openAPIV3Schema: { properties: { description } } } })
    expect(changes(crd('a'), crd('b')).map(line)).toEqual(['spec.openAPIV3Schema changed'])
    expect(changes(crd('a'), crd('a'))).toEqual([])
  })

  test('no value of what is secret', () => {
    const { fields } = fieldChanges({ data: { key: 'cGFzcw==' } }, { data: { key: 'bmV3' } }, true, {
      left: 9,
    })
    expect(fields).toEqual([{ path: 'data.key', kind: 'changed' }])
  })

  test('nothing that writes to the terminal', () => {
    const [change] = changes({ '\u001b[2J': '\u001b[31m' }, { '\u001b[2J': 'x' })
    expect(JSON.stringify(change)).not.toContain('\u001b')
    expect(change?.before).toBe(String.raw`"\u{1b}[31m"`)
  })

  test('20 fields, and how many more', () => {
    const many = (value: number) => Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`k${i}`, value]))
    const { fields, more } = fieldChanges(many(1), many(2), false, { left: 1000 })
    expect([fields.length, more]).toEqual([20, 10])
  })
})

test('values without end: it ends, and says that there is a difference', () => {
  const bomb = (leaf: string) => {
    let value: unknown = leaf
    for (let i = 0; i < 60; i++) value = { a: value, b: value }
    return value
  }
  const patience = { left: 10_000 }
  const { fields } = fieldChanges(bomb('x'), bomb('x'), false, patience)
  expect(fields).toEqual([{ path: expect.any(String), kind: 'changed' }])
  expect(patience.left).toBeLessThan(0)
})
