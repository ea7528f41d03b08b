/** What has a lock: a folder that has none is told of by what it lacks. */
import { expect, test } from 'vitest'
import { withLocked } from '../../../../src/bundle/opening/index.ts'
import { memoryFiles } from '../../../support/memory-files.ts'

test('a folder without a spec and a lock is no bundle that cannot be opened', async () => {
  const files = memoryFiles()
  await files.write('site/site.yaml', 'x')
  await expect(withLocked('site', files, async () => {})).rejects.toMatchObject({
    code: 'FILE_FAILED',
    message: 'site has no bundle.yaml and no bundle.lock.yaml',
    hints: [expect.stringContaining('name a folder with bundle.yaml')],
  })
})
