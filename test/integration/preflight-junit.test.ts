/** JUnit's XML of a preflight, read by a parser that is not ours. */
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { preflightJunit } from '../../src/cli/preflight/index.ts'
import { hostile, samplePreflight } from '../unit/cli/preflight/sample.ts'

/** An element as Python's expat has it. */
interface Element {
  readonly tag: string
  readonly attributes: Readonly<Record<string, string>>
  readonly text: string
  readonly children: readonly Element[]
}

const reader = `
import json, sys, xml.etree.ElementTree as tree
def told(one):
    return {"tag": one.tag, "attributes": one.attrib, "text": (one.text or "").strip(), "children": [told(x) for x in one]}
print(json.dumps(told(tree.fromstring(sys.stdin.buffer.read()))))
`

/** Reads XML with Python's own parser. @throws Error where it is none */
async function parsed(xml: string): Promise<Element> {
  const { stdout } = await execa('python3', ['-c', reader], { input: xml })
  return JSON.parse(stdout)
}

test('a suite for each group, a case for each check by its id', async () => {
  const root = await parsed(preflightJunit(samplePreflight()))
  expect(root).toMatchObject({
    tag: 'testsuites',
    attributes: { name: 'sealift preflight bank-prod', tests: '4', failures: '1', errors: '0', skipped: '1' },
  })
  expect(root.children.map(({ attributes }) => attributes)).toEqual([
    {
      name: 'The bundle',
      tests: '2',
      failures: '0',
      errors: '0',
      skipped: '0',
      timestamp: '2026-11-30T01:02:03',
    },
    {
      ...{ name: 'PostgreSQL, Dragonfly and keys', tests: '2', failures: '1', errors: '0', skipped: '1' },
      timestamp: '2026-11-30T01:02:03',
    },
  ])
  const cases = root.children.flatMap(({ children }) => children)
  expect(cases.map(({ attributes, children: [said] }) => [attributes['name'], said?.tag])).toEqual([
    ['bundle/readable', 'system-out'],
    ['bundle/signature', 'system-out'],
    ['postgresql', 'failure'],
    ['postgresql/clock', 'skipped'],
  ])
  expect(cases[1]?.children[0]?.text).toBe('warning: seen\n→ name a key')
  expect(cases[2]?.children[0]).toMatchObject({
    attributes: { message: 'seen', type: 'fault' },
    text: 'seen\n→ upgrade it seen',
  })
})

test('what others have written arrives as text, with what XML cannot have made readable', async () => {
  const root = await parsed(preflightJunit({ ...samplePreflight(hostile), site: hostile }))
  const shown = `<b title="x">&'\\u{1b}[1m\\u{202e}\\u{fffe}]]>`
  expect(root.attributes['name']).toBe(`sealift preflight ${shown}`)
  const [, failed] = root.children
  expect(failed?.children[0]?.children[0]).toMatchObject({
    attributes: { message: shown },
    text: `${shown}\n→ upgrade it ${shown}`,
  })
})

test('half a character is none', async () => {
  const root = await parsed(preflightJunit({ ...samplePreflight(), site: 'a\ud800b' }))
  expect(root.attributes['name']).toBe('sealift preflight a\ufffdb')
})
