/** An install from a folder on which nothing can be written, such as the stick that it came on. */
import { expect, test } from 'vitest'
import { installOn, memorySite } from '../memory-site.ts'

test('a journal that cannot be written stops it before its first change', async () => {
  const { host, cluster } = await memorySite()
  await host.files.write('stick', Buffer.from('no folder'))
  const before = JSON.stringify(cluster.objects())
  const installing = installOn(host, '1.0.0', {}, undefined, undefined, 'stick/bank-prod.journal.jsonl')
  await expect(installing).rejects.toMatchObject({
    ...{
      code: 'FILE_FAILED',
      message: expect.stringContaining('cannot write stick/bank-prod.journal.jsonl'),
    },
    hints: [expect.stringContaining('install --journal')],
  })
  expect(JSON.stringify(cluster.objects())).toBe(before)
})
