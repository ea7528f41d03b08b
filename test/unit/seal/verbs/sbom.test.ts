import { expect, test } from 'vitest'
import { sbom } from '../../../../src/seal/verbs/sbom.ts'
import { cyclonedx, spdx } from '../../../support/attachments.ts'
import { filesBelow } from '../../../support/files-below.ts'
import { memoryFiles } from '../../../support/memory-files.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { sampleBundle, sampleImages } from '../../../support/sample-bundle.ts'

const talk = recordedTalk()

async function read(file: Uint8Array, output?: string) {
  const files = memoryFiles()
  await files.write('b.tar', file)
  return { files, images: await sbom('b.tar', output, files, talk) }
}

test('documents of the image and of its index are listed; one without is said so', async () => {
  const { images } = await read(sampleBundle({ attachments: true }).file)
  expect(images).toEqual([
    {
      image: sampleImages.plain,
      platform: 'linux/amd64',
      documents: [],
      licences: [],
      licencesFrom: 'none',
    },
    {
      image: sampleImages.indexed,
      platform: 'linux/amd64',
      documents: [
        expect.objectContaining({ format: 'SPDX 2.3', packages: 3, licences: ['Apache-2.0', 'MIT'] }),
        expect.objectContaining({ format: 'CycloneDX 1.6', packages: 3 }),
      ],
      licences: ['Apache-2.0', 'MIT', 'MIT OR Apache-2.0', 'MPL-2.0', 'Own terms'],
      licencesFrom: 'sbom',
    },
  ])
  expect(talk.told).toEqual([])
})

test('each document is written under a name of plain characters', async () => {
  const { files, images } = await read(sampleBundle({ attachments: true }).file, 'out')
  const written = images.flatMap(({ documents }) => documents.map(({ file }) => file ?? ''))
  expect(await filesBelow(files, 'out')).toEqual(written.map(path => path.slice('out/'.length)).sort())
  for (const name of written)
    expect(name).toMatch(
      /^out\/ghcr\.io_external-secrets_external-secrets_v2\.9\.0_linux_amd64\.[0-9a-f]{64}\.(spdx|cdx)\.json$/,
    )
  const texts = await Promise.all(written.map(name => files.readText(name)))
  expect(texts.map(text => JSON.parse(text))).toEqual([spdx, cyclonedx])
})

test('a document that several images share is written once', async () => {
  const name = 'ghcr.io/other/name:v2.9.0'
  const named = <T extends { name: string }>(images: readonly T[]) =>
    images.flatMap(image => (image.name === sampleImages.indexed ? [image, { ...image, name }] : [image]))
  const { file } = sampleBundle({
    attachments: true,
    contents: contents => ({ ...contents, images: named(contents.images) }),
    lock: lock => Object.assign(lock, { images: named(lock.images) }),
  })
  const { files, images } = await read(file, 'out')
  const [, first, second] = images.map(({ documents }) => documents.map(document => document.file))
  expect(second).toEqual(first)
  expect(await filesBelow(files, 'out')).toHaveLength(2)
})
