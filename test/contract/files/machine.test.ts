/** What only a real file system has: modes, links, pipes, holes, and files that others left. */
import { once } from 'node:events'
import { chown, readdir, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { nodeFiles } from '../../../src/adapters/files/index.ts'
import { freshFolder } from './setting.ts'

const at = freshFolder()
const files = nodeFiles()

/** Writes a bundle of five bytes; gives the notes that it found. */
async function write(path: string): Promise<readonly string[]> {
  const sink = await files.createBundle(path)
  const { notes } = sink
  await sink.allocate(5)
  await sink.write(Buffer.from('12345'), 0)
  await sink.commit()
  return notes
}

test('files get the mode asked for, and no temporary file stays', async () => {
  await files.write(at('open'), 'x')
  await files.write(at('private'), 'x', 0o600)
  expect((await stat(at('open'))).mode & 0o777).toBe(0o644)
  expect((await stat(at('private'))).mode & 0o777).toBe(0o600)
  expect((await readdir(at())).sort()).toEqual(['open', 'private'])
})

test('one that is written anew keeps its mode', async () => {
  await files.write(at('script'), 'x', 0o751)
  await files.rewrite(at('script'), 'y')
  expect((await stat(at('script'))).mode & 0o777).toBe(0o751)
})

test('folders are made on the way, by many at once; what is no folder is in the way', async () => {
  const paths = ['a', 'b', 'c'].map(name => at(`one/two/three/${name}`))
  await Promise.all(paths.map(path => files.write(path, path)))
  await symlink(at('one'), at('linked'))
  await files.write(at('linked/two/four/d'), 'x')
  expect((await stat(at('one/two/four/d'))).size).toBe(1)
  await symlink(at('gone'), at('dangling'))
  for (const name of ['one/two/three/a', 'dangling'])
    await expect(files.write(at(`${name}/below/x`), 'x')).rejects.toMatchObject({ code: 'FILE_FAILED' })
})

test('a file in the place of a folder is named, with what to do', async () => {
  await files.write(at('file'), 'x')
  const wanted = {
    code: 'FILE_FAILED',
    message: expect.stringMatching(new RegExp(`: ${at('file')} is there already, and is no folder$`)),
    hints: ['name another folder, or move that file away'],
  }
  await expect(files.createBundle(at('file/x.tar'))).rejects.toMatchObject(wanted)
  await expect(files.write(at('file/x'), 'x')).rejects.toMatchObject(wanted)
})

test('what is not there, or is a folder, comes with what to do', async () => {
  for (const read of [files.readText, files.openBundle]) {
    await expect(read(at('gone'))).rejects.toMatchObject({ hints: ['check the path'] })
    await expect(read('gone/gone')).rejects.toMatchObject({
      hints: [`check the path: it is looked for from ${process.cwd()}`],
    })
    await expect(read(at())).rejects.toMatchObject({ hints: [expect.stringMatching(/^name a /)] })
  }
})

test('a file of lines is its owner’s alone, and one that was there stays as it was', async () => {
  await files.append(at('lines'), 'one')
  await writeFile(at('theirs'), '', { mode: 0o644 })
  await files.append(at('theirs'), 'one')
  const modes = await Promise.all(['lines', 'theirs'].map(async name => (await stat(at(name))).mode & 0o777))
  expect(modes).toEqual([0o600, 0o644])
})

test('links, pipes and folders beside a bundle, or in its place, are refused at once', async () => {
  const [link, pipe] = [at('link.sig'), at('pipe.tar')]
  await writeFile(at('secret'), 'secret')
  await symlink(at('secret'), link)
  await execa('mkfifo', [pipe, `${pipe}.sha256`])
  for (const path of [link, pipe])
    await expect(files.readBeside(path, 100)).rejects.toMatchObject({ code: 'FILE_FAILED' })
  await expect(files.openBundle(pipe)).rejects.toMatchObject({ code: 'FILE_FAILED' })
  await expect(files.openBundle(at())).rejects.toMatchObject({
    message: expect.stringMatching(/^cannot open .*: it is a folder$/),
  })
  await expect(files.openBundle(`${pipe}.001`)).rejects.toMatchObject({ code: 'FILE_FAILED' })
})

test('a hard link in the place of a partial file is not written through', async () => {
  const path = at('bundle.tar')
  await writeFile(at('victim'), 'untouched')
  await execa('ln', [at('victim'), `${path}.partial`])
  await writeFile(`${path}.journal`, 'one\n')
  expect(await write(path)).toEqual([])
  expect(await files.readText(at('victim'))).toBe('untouched')
})

test('what another user has left in the place of a partial file is not taken over', async () => {
  const path = at('bundle.tar')
  for (const name of [`${path}.partial`, `${path}.journal`]) {
    await writeFile(name, 'one\n')
    await chown(name, 65534, 65534)
  }
  expect(await write(path)).toEqual([])
  expect((await stat(path)).uid).toBe(process.getuid?.())
})

test('a folder shows what each name in it is, and links are followed only when asked for', async () => {
  await execa('mkdir', ['-p', at('b/c')])
  for (const name of ['b/c/2', 'a']) await writeFile(at(name), '')
  await execa('mkfifo', [at('pipe')])
  const server = createServer().listen(at('socket'))
  await once(server, 'listening')
  await symlink('b/c', at('folder'))
  await symlink('folder/2', at('far'))
  await symlink('/dev/null', at('null'))
  await symlink('round', at('round'))
  await symlink('nothing', at('gone'))
  expect((await files.entries(at())).map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    ...[
      'a file',
      'b folder',
      'far link',
      'folder link',
      'gone link',
      'null link',
      'pipe pipe',
      'round link',
      'socket socket',
    ],
  ])
  server.close()
  expect(await files.follow(at('far'))).toEqual({ path: at('b/c/2'), kind: 'file' })
  expect(await files.follow(at('folder'))).toEqual({ path: at('b/c'), kind: 'folder' })
  expect(await files.follow(at('null'))).toEqual({ path: '/dev/null', kind: 'device' })
  await expect(files.follow(at('round'))).rejects.toMatchObject({
    code: 'FILE_FAILED',
    message: expect.stringContaining('in a circle'),
  })
  await expect(files.follow(at('gone'))).rejects.toMatchObject({ code: 'FILE_FAILED' })
})

test('text that is not UTF-8, and a folder, are refused', async () => {
  await writeFile(at('latin'), Buffer.from([0x66, 0xfc, 0x72]))
  await expect(files.readText(at('latin'))).rejects.toMatchObject({
    message: expect.stringContaining('UTF-8'),
  })
  await expect(files.readText(at())).rejects.toMatchObject({
    message: expect.stringContaining('it is a folder'),
  })
  await expect(files.openBundle(at())).rejects.toMatchObject({ code: 'FILE_FAILED' })
  await expect(files.createBundle(at('latin/x'))).rejects.toMatchObject({ code: 'FILE_FAILED' })
})

test.each([
  ['without notes', undefined],
  ['with notes', 'one\n'],
])('a link in the place of a partial file is replaced, never followed: %s', async (_, notes) => {
  const path = at('bundle.tar')
  await writeFile(at('victim'), 'untouched')
  await symlink(at('victim'), `${path}.partial`)
  if (notes !== undefined) await writeFile(`${path}.journal`, notes)
  await write(path)
  expect(await files.readText(path)).toBe('12345')
  expect(await files.readText(at('victim'))).toBe('untouched')
})

test('the file is sparse until it is written', async () => {
  const sink = await files.createBundle(at('bundle.tar'))
  await sink.allocate(50 * 1024 * 1024)
  const { size, blocks } = await stat(at('bundle.tar.partial'))
  expect(size).toBe(50 * 1024 * 1024)
  expect(blocks * 512).toBeLessThan(1024 * 1024)
  await sink.discard()
  expect(await readdir(at())).toEqual([])
})

test('a note that was cut off is no note', async () => {
  const path = at('bundle.tar')
  await writeFile(`${path}.partial`, 'x')
  await writeFile(`${path}.journal`, 'one\ntw')
  const sink = await files.createBundle(path)
  expect(sink.notes).toEqual(['one'])
  await sink.discard()
})

test('room is asked for what is not there yet only', async () => {
  const free = await files.free(at('not/there/yet.tar'))
  expect(free).toBeGreaterThan(0)
})
