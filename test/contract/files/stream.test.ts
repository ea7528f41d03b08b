/** Files of a size that nobody knows before: the same on this machine and in memory. */
import { readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { nodeFiles } from '../../../src/adapters/files/index.ts'
import { filesBelow } from '../../support/files-below.ts'
import { bothFiles, freshFolder } from './setting.ts'

const at = freshFolder()

describe.each(bothFiles)('%s files', (_, make) => {
  const files = make()

  test('have their name once they are whole, and are their owner’s alone', async () => {
    const stream = await files.createStream(at('new/x'))
    await stream.write(Buffer.from('some '))
    await stream.write(Buffer.from('bytes'))
    expect(await filesBelow(files, at())).toEqual(['new/x.partial'])
    await stream.commit(at('new/final'))
    await stream.discard()
    expect(await filesBelow(files, at())).toEqual(['new/final'])
    expect(Buffer.from(await files.readPrivate(at('new/final'))).toString()).toBe('some bytes')
  })

  test('are gone when they are given up', async () => {
    const stream = await files.createStream(at('x'))
    await stream.write(Buffer.from('some'))
    await stream.discard()
    await stream.discard()
    expect(await filesBelow(files, at())).toEqual([])
  })

  test('never take the place of another', async () => {
    await files.write(at('final'), 'mine')
    const stream = await files.createStream(at('x'))
    await stream.write(Buffer.from('some'))
    await expect(stream.commit(at('final'))).rejects.toMatchObject({ code: 'FILE_FAILED' })
    await stream.discard()
    expect(await filesBelow(files, at())).toEqual(['final'])
    expect(await files.readText(at('final'))).toBe('mine')
  })
})

test('a link in the place of what is written is replaced, never written through', async () => {
  await writeFile(at('other'), 'mine')
  await symlink(at('other'), at('x.partial'))
  const stream = await nodeFiles().createStream(at('x'))
  await stream.write(Buffer.from('secret'))
  await stream.commit(at('final'))
  expect(await readFile(at('other'), 'utf8')).toBe('mine')
  expect((await stat(at('final'))).mode & 0o777).toBe(0o600)
})
