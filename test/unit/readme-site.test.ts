/** The README's chapters on the site are in the order of a change window, and what they let type is what the guide has. */
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readPrivateKey } from '../../src/bundle/sign/index.ts'
import { writeCarrier } from '../../src/seal/carrier/index.ts'
import { elfHead, memoryCarrying } from '../support/memory-carrying.ts'
import { memoryFiles, memorySource } from '../support/memory-files.ts'
import { readmeSection } from '../support/readme.ts'
import { recordedTalk } from '../support/recorded-talk.ts'
import { sampleBundle } from '../support/sample-bundle.ts'

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')

test('the chapters come in the order in which they are needed, and each is linked to', () => {
  const [, chapter = ''] = readme.split('\n## Install (site)\n')
  const headings = [...chapter.matchAll(/^#{2,3} (.*)$/gm)].map(([, heading = '']) => heading)
  const order = [
    ...['Carry one folder', 'Check the folder', 'Write site.yaml', 'Look before the first change'],
    ...['See it before it happens', 'Install the bundle', 'Hand in the receipt'],
  ]
  expect(headings.slice(0, order.length)).toEqual(order)
  const anchors = [...order, 'Live with it'].map(heading =>
    heading.toLowerCase().replaceAll(' ', '-').replaceAll('.', ''),
  )
  const [intro = ''] = chapter.split('\n### ')
  expect([...intro.matchAll(/\]\(#([\w-]+)\)/g)].map(([, anchor]) => anchor)).toEqual(anchors)
})

test('the line that checks the folder is the guide’s first, and its verbs are the guide’s', async () => {
  const { file, lock, plan } = sampleBundle()
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const files = memoryFiles()
  await files.write('infisical-1.0.0.tar', file)
  await files.write('sealift', elfHead('linux/amd64'))
  const cargo = {
    source: memorySource(file, 'infisical-1.0.0.tar'),
    bundle: { digest: plan.indexDigest, lock },
    ...{ signature: 'a line\n', key: readPrivateKey(pem, undefined, 'release.key'), keyFile: 'release.key' },
    executables: [{ platform: 'linux/amd64', path: 'sealift' }],
  }
  await writeCarrier('out', cargo, { files, carrying: memoryCarrying(files, {}) }, recordedTalk())
  const guide = await files.readText('out/GUIDE.txt')
  expect(readme).toContain(`\n\`\`\`\n${guide.split('\n')[0]}\n\`\`\`\n`)
  const typed = await Promise.all(
    [
      'Check the folder',
      'Look before the first change',
      'See it before it happens',
      'Install the bundle',
    ].map(readmeSection),
  )
  const lines = typed.flatMap(({ commands }) => commands.map(words => words.join(' ')))
  const ofGuide = [...guide.matchAll(/^ {2}\.\/sealift ((?:verify|preflight|plan|install) .*)$/gm)]
  for (const [, line = ''] of ofGuide) expect(lines).toContain(line)
  expect(ofGuide).toHaveLength(4)
})
