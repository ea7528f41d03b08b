import { expect, test } from 'vitest'
import { printFacts, readFacts, type SiteFacts } from '../../../../src/kernel/facts/index.ts'
import { memoryFiles } from '../../../support/memory-files.ts'
import { sampleFacts } from '../../../support/sample-facts.ts'
import { rejection } from '../../site/wire/memory.ts'

async function read(text: string): Promise<SiteFacts> {
  const files = memoryFiles()
  await files.write('facts.yaml', text)
  return await readFacts('facts.yaml', files)
}

test('facts are read as they were written, and are written the same again', async () => {
  const text = printFacts(sampleFacts())
  expect(await read(text)).toEqual(sampleFacts())
  expect(printFacts(await read(text))).toBe(text)
})

test('what a newer Sealift adds is left out', async () => {
  const more = printFacts(sampleFacts())
    .replace('kubernetes:\n', 'kubernetes:\n  flavour: k3s\n')
    .concat('weather: fine\n')
  expect(await read(more)).toEqual(sampleFacts())
})

test.each([
  ['no YAML', () => 'nodes: [', /YAML/],
  ['another file of ours', () => 'apiVersion: sealift.dev/v1\nkind: Bundle\n', /kind/],
  [
    'a version that is a command',
    (text: string) => text.replace('v1.36.3+k3s1', '$(id)'),
    /kubernetes\.version/,
  ],
  [
    'an API that is a flag',
    (text: string) => text.replace('- apps/v1\n', '- --post-renderer\n'),
    /kubernetes\.apis\[0\]/,
  ],
  ['a digest that is none', (text: string) => text.replace(/sha256:\w+/, 'sha256:../..'), /digest/],
  [
    'a site that leads elsewhere',
    (text: string) => text.replace('site: bank-prod', 'site: ../../etc'),
    /site/,
  ],
  ['less than nothing', (text: string) => text.replace(/memory: \d+/, 'memory: -1'), /memory/],
  ['no node', (text: string) => text.replace(/^nodes:[\s\S]*?(?=^\w)/m, 'nodes: []\n'), /nodes/],
  [
    'a name without end',
    (text: string) => text.replace('name: node1', `name: ${'x'.repeat(400)}`),
    /nodes\[0\]\.name/,
  ],
])('%s is refused with its faults', async (_, change, words) => {
  const error = await rejection(read(change(printFacts(sampleFacts()))))
  expect(error).toMatchObject({ code: 'FACTS_INVALID', exitCode: 17 })
  expect(error.faults.join('\n')).toMatch(words)
})

test('more than any site has is refused', async () => {
  const facts = sampleFacts()
  const apis = Array.from({ length: 20_001 }, (_, at) => `g${at}.io/v1`)
  const text = printFacts(facts).replace('- apps/v1\n', apis.map(api => `- ${api}\n    `).join(''))
  expect(await rejection(read(text))).toMatchObject({ code: 'FACTS_INVALID' })
})
