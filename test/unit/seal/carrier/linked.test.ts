/** A folder that travels, in which somebody has put links. */
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { createCarrying } from '../../../../src/adapters/carrying.ts'
import { nodeFiles } from '../../../../src/adapters/files/index.ts'
import { writeCarrier } from '../../../../src/seal/carrier/index.ts'
import { freshFolder } from '../../../contract/files/setting.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { sampleBundle } from '../../../support/sample-bundle.ts'
import { sampleCargo } from '../../../support/sample-cargo.ts'

const at = freshFolder()
const carrying = { ...createCarrying(), page: async (path: string) => `the page ${path}` }

async function carried() {
  await writeFile(at('program'), 'a program')
  await writeFile(at('b.tar'), sampleBundle().file)
  const files = nodeFiles()
  const source = await files.openBundle(at('b.tar'))
  try {
    const cargo = { ...sampleCargo(at('program')), source }
    return await writeCarrier(at('out'), cargo, { files, carrying }, recordedTalk())
  } finally {
    await source.close()
  }
}

test.each(['bundles', 'bundles/schema'])('nothing is written through %s that is a link', async name => {
  await carried()
  await mkdir(at('theirs'))
  await writeFile(at('theirs/README.md'), 'theirs')
  await rm(at(`out/${name}`), { recursive: true })
  await symlink(at('theirs'), at(`out/${name}`))
  await expect(carried()).rejects.toMatchObject({
    code: 'FILE_FAILED',
    message: `${at(`out/${name}`)} is a link: what it leads to is left as it is`,
  })
  expect(await readdir(at('theirs'))).toEqual(['README.md'])
  expect(await readFile(at('theirs/README.md'), 'utf8')).toBe('theirs')
})

test('a link in the place of a file gives way to the file', async () => {
  await carried()
  await writeFile(at('theirs'), 'theirs')
  await rm(at('out/README.md'))
  await symlink(at('theirs'), at('out/README.md'))
  await carried()
  expect(await readFile(at('theirs'), 'utf8')).toBe('theirs')
  expect(await readFile(at('out/README.md'), 'utf8')).toBe('the page README.md')
})
