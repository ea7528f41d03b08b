import { describe, expect, test } from 'vitest'
import { digestOf } from '../../../../src/kernel/oci/index.ts'
import { chosenImages } from '../../../../src/seal/resolve/index.ts'

const names = [
  'docker.io/infisical/infisical:v0.165.8',
  'docker.io/library/busybox:1.37',
  'ghcr.io/external-secrets/external-secrets:v2.9.0',
  'quay.io/a/tool:1',
  'quay.io/a/tool:2',
  `quay.io/b/pinned:1@${digestOf('x')}`,
]
const chosen = (...words: string[]) => [...chosenImages(words, names)]

describe('an image is chosen by', () => {
  test.each([
    ['its full name', 'docker.io/infisical/infisical:v0.165.8', names[0]],
    ['its name without docker.io', 'infisical/infisical:v0.165.8', names[0]],
    ['its repository alone', 'infisical/infisical', names[0]],
    ['a single word, as Docker has it', 'busybox', names[1]],
    ['a full repository without tag', 'ghcr.io/external-secrets/external-secrets', names[2]],
    ['a tag that tells two apart', 'quay.io/a/tool:2', names[4]],
    ['a name whose digest is left out', 'quay.io/b/pinned:1', names[5]],
  ])('%s', (_, word, name) => {
    expect(chosen(word)).toEqual([name])
  })

  test('two words for one image choose it once', () => {
    expect(chosen('busybox', 'docker.io/library/busybox:1.37')).toEqual([names[1]])
  })
})

describe('a word that chooses nothing', () => {
  const fault = (word: string, message: string, hint: string) =>
    expect(() => chosen(word)).toThrow(expect.objectContaining({ code: 'USAGE', message, hints: [hint] }))

  test('is told with the nearest name', () => {
    fault('infisical/infisicle', 'infisical/infisicle is no image of this spec', `Did you mean ${names[0]}?`)
    fault(
      'ghcr.io/external-secrets/external-secrets:v2.9.1',
      'ghcr.io/external-secrets/external-secrets:v2.9.1 is no image of this spec',
      `Did you mean ${names[2]}?`,
    )
  })

  test('that is near to none is told with all', () => {
    fault('postgres', 'postgres is no image of this spec', `It has: ${names.join(', ')}.`)
  })

  test('fits several: all of them are named', () => {
    expect(() => chosen('quay.io/a/tool')).toThrow(
      expect.objectContaining({ code: 'USAGE', hints: ['quay.io/a/tool:1', 'quay.io/a/tool:2'] }),
    )
  })

  test('cannot write to the terminal', () => {
    expect(() => chosen('\u001b[2J')).toThrow(String.raw`\u{1b}[2J is no image`)
  })
})
