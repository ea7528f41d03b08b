import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { nodeFiles } from '../../../src/adapters/files/index.ts'
import { imagesFolder, usualDataDir } from '../../../src/adapters/images-dir/index.ts'

let dataDir: string
let images: string
beforeEach(async () => {
  dataDir = await mkdtemp('/var/tmp/sealift-k3s-')
  images = join(dataDir, 'agent/images')
  await mkdir(join(dataDir, 'agent'))
})
afterEach(() => rm(dataDir, { recursive: true, force: true }))
const folder = () => imagesFolder(dataDir)

async function* parts(...texts: readonly (string | Error)[]) {
  for (const text of texts) {
    if (text instanceof Error) throw text
    yield Buffer.from(text)
  }
}

test('is K3s’s own where nothing else is said', () => {
  expect(imagesFolder().path).toBe('/var/lib/rancher/k3s/agent/images')
  expect(usualDataDir).toBe('/var/lib/rancher/k3s')
})

test('is refused where no K3s keeps anything', async () => {
  await rm(join(dataDir, 'agent'), { recursive: true })
  await expect(folder().require()).rejects.toMatchObject({
    code: 'LOAD_FAILED',
    message: expect.stringContaining(`there is no ${dataDir}/agent`),
    hints: expect.arrayContaining([expect.stringContaining('load: { dataDir')]),
  })
})

test('may not be there yet', async () => {
  await folder().require()
  expect(await folder().names()).toEqual([])
  expect(await folder().remembered()).toEqual(new Set())
  await folder().tidy()
  await folder().write('a.tar', parts('a', 'b'))
  expect(await readFile(join(images, 'a.tar'), 'utf8')).toBe('ab')
})

test('has the names of archives that K3s reads alone', async () => {
  await mkdir(join(images, 'folder.tar'), { recursive: true })
  for (const name of ['a.tar', 'b.tar.zst', 'c.TAR', 'd.txt', 'e.tar.sealift-partial', '.cache.json'])
    await writeFile(join(images, name), '')
  expect(await folder().names()).toEqual(['a.tar', 'b.tar.zst'])
})

test('knows what K3s has noted, and takes a note that is none for empty', async () => {
  await mkdir(images)
  await writeFile(join(images, '.cache.json'), JSON.stringify({ [join(images, 'a.tar')]: { size: 1 } }))
  expect(await folder().remembered()).toEqual(new Set(['a.tar']))
  for (const text of ['', 'null', '[', '7']) {
    await writeFile(join(images, '.cache.json'), text)
    expect(await folder().remembered()).toEqual(new Set())
  }
})

const opened = async (path: string) => {
  const source = await nodeFiles().openBundle(path)
  await source.close()
  return source
}

test('gives a file of the same volume a second name, and not one of another', async () => {
  const file = join(dataDir, 'bundle.tar')
  await writeFile(file, 'bundle')
  expect(await folder().canLink(await opened(file))).toBe(true)
  expect(await folder().link(await opened(file), 'a.tar')).toBe(true)
  expect((await stat(join(images, 'a.tar'))).ino).toBe((await stat(file)).ino)
  const elsewhere = await opened('/proc/version')
  expect(await folder().canLink(elsewhere)).toBe(false)
  expect(await folder().link(elsewhere, 'b.tar')).toBe(false)
  expect(await readdir(images)).toEqual(['a.tar'])
})

test('the second name is of the file that a symbolic link leads to', async () => {
  const file = join(dataDir, 'bundle.tar')
  await writeFile(file, 'bundle')
  await symlink(file, join(dataDir, 'current.tar'))
  expect(await folder().link(await opened(join(dataDir, 'current.tar')), 'a.tar')).toBe(true)
  expect((await lstat(join(images, 'a.tar'))).ino).toBe((await stat(file)).ino)
})

test('a file that took the place of the one that was opened gets none', async () => {
  const file = join(dataDir, 'bundle.tar')
  await writeFile(file, 'bundle')
  const source = await opened(file)
  await writeFile(join(dataDir, 'other.tar'), 'another')
  await rename(join(dataDir, 'other.tar'), file)
  expect(await folder().canLink(source)).toBe(false)
  expect(await folder().link(source, 'a.tar')).toBe(false)
  expect(await readdir(images)).toEqual([])
})

test.each([0o666, 0o664])('nor one that others may write into: mode %o', async mode => {
  const file = join(dataDir, 'bundle.tar')
  await writeFile(file, 'bundle')
  await chmod(file, mode)
  expect(await folder().canLink(await opened(file))).toBe(false)
  expect(await folder().link(await opened(file), 'a.tar')).toBe(false)
  expect(await readdir(images)).toEqual([])
})

test('nor one that is another user’s', async () => {
  const file = join(dataDir, 'bundle.tar')
  await writeFile(file, 'bundle')
  await chown(file, 65534, 65534)
  expect(await folder().canLink(await opened(file))).toBe(false)
  expect(await folder().link(await opened(file), 'a.tar')).toBe(false)
})

test('what is not written whole leaves nothing, and its fault is told as it is', async () => {
  const fault = new Error('the stick was pulled')
  await expect(folder().write('a.tar', parts('a', fault))).rejects.toBe(fault)
  expect(await readdir(images)).toEqual([])
})

test('while it is written it has no name that K3s reads; what a killed write has left is taken away', async () => {
  let seen: string[] = []
  const looking = async function* () {
    yield Buffer.from('a')
    seen = await readdir(images)
    yield Buffer.from('b')
  }
  await folder().write('a.tar', looking())
  expect(seen).toEqual(['a.tar.sealift-partial'])
  await writeFile(join(images, 'b.tar.sealift-partial'), 'half')
  await folder().tidy()
  expect(await readdir(images)).toEqual(['a.tar'])
})
