import { expect, test } from 'vitest'
import { uncarriedImages } from '../../../../src/site/release/index.ts'

const digest = `sha256:${'a'.repeat(64)}`
const pod = (name: string, image: string) =>
  `---\nkind: Pod\nmetadata: { name: ${name} }\nspec: { containers: [{ name: main, image: "${image}" }] }\n`

test('images that are not in the bundle are named once, with the object that wants them', () => {
  const manifest = pod('a', 'r.test/in:1') + pod('b', 'r.test/out:1') + pod('b', 'r.test/out:1')
  expect(uncarriedImages('app', manifest, ['r.test/in:1'])).toEqual(['Pod/b: r.test/out:1'])
})

test('a short name and one with a digest only are found under the names that a bundle has for them', () => {
  const carried = ['docker.io/library/in:latest', `r.test/in:sha256-${'a'.repeat(12)}@${digest}`]
  const manifest = pod('a', 'in') + pod('b', `r.test/in@${digest}`)
  expect(uncarriedImages('app', manifest, carried)).toEqual([])
})

test('what is no image name is none that a bundle lacks', () => {
  expect(uncarriedImages('app', pod('policy', '!*:latest'), [])).toEqual([])
})
