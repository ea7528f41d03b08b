import { expect, test } from 'vitest'
import { renderedObjects } from '../../../../src/kernel/objects/index.ts'

const output = (second: string) =>
  `---\n# Source: app/templates/a.yaml\nkind: A\n---\n# Source: app/templates/b.yaml\n${second}`

test('objects are those of all templates, and lists are opened', () => {
  const list =
    'kind: BList\nitems:\n- {kind: B, metadata: {name: one}}\n- {kind: B, metadata: {generateName: two-}}\n'
  expect(renderedObjects('app', output(list)).map(({ title }) => title)).toEqual(['A/?', 'B/one', 'B/two-'])
})

test('objects are read as the API server takes them', () => {
  const text = output('metadata: {\n  name: one\n}\nkind: B\nargs: !Mine [\n!mine 1\n]\nkind: C\n')
  expect(renderedObjects('app', text)[1]).toMatchObject({ title: 'C/one', content: { args: ['1'] } })
})

test.each([
  [
    'app/templates/b.yaml, in its output line 2, column 17: not readable',
    output('kind: B\npassword: {hush}}\n'),
  ],
  [
    'app/templates/b.yaml, in its output line 4, column 5: not readable',
    output('kind: B\nargs: [\n]\na: b: hush\n'),
  ],
  ['app/templates/b.yaml, in its output line 3, column 2: not readable', output('args: [\nhush\n]]\n')],
  ['line 1, column 5: not readable', 'a: &\n'],
  [
    'its aliases stand for more than',
    `a: &a [${'x,'.repeat(1000)}]\nb: &b [${'*a,'.repeat(1000)}]\nc: [*b, *b, *b]\n`,
  ],
])('what is refused is told as "%s", and not quoted', (told, text) => {
  expect(() => renderedObjects('app', text)).toThrow(
    expect.objectContaining({
      code: 'RENDER_FAILED',
      message: 'chart app renders to something that is not YAML',
      faults: [expect.stringContaining(told)],
    }),
  )
  expect(() => renderedObjects('app', text)).not.toThrow(
    expect.objectContaining({ faults: [expect.stringContaining('hush')] }),
  )
})
