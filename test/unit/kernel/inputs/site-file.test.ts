import { expect, test } from 'vitest'
import { readSite } from '../../../../src/kernel/inputs/index.ts'
import { memoryFiles } from '../../../support/memory-files.ts'

test('a site file that is not there is named, with where to find one to copy', async () => {
  await expect(readSite('site.yaml', memoryFiles())).rejects.toMatchObject({
    ...{ code: 'FILE_FAILED', message: 'cannot read site.yaml: there is no such file or folder' },
    hints: [expect.stringContaining('README.md')],
  })
})
