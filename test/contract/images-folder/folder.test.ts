/** What every ImagesFolder must do; run against the one in memory and a real folder. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { nodeFiles } from '../../../src/adapters/files/index.ts'
import { imagesFolder } from '../../../src/adapters/images-dir/index.ts'
import type { ImagesFolder } from '../../../src/kernel/ports/index.ts'
import { memoryImagesFolder } from '../../support/memory-images-folder.ts'
import { memoryRuntime } from '../../support/memory-runtime.ts'

let home: string
beforeAll(async () => {
  home = await mkdtemp('/var/tmp/sealift-folder-')
})
afterAll(() => rm(home, { recursive: true, force: true }))

async function* parts(...texts: readonly (string | Error)[]) {
  for (const text of texts) {
    if (text instanceof Error) throw text
    yield Buffer.from(text)
  }
}

async function contentOf(folder: ImagesFolder, name: string): Promise<string> {
  const source = await folder.open(name)
  try {
    return Buffer.from(await source.read(0, source.size)).toString()
  } finally {
    await source.close()
  }
}

describe.each([
  [
    'in memory',
    async () => {
      const folder = memoryImagesFolder(memoryRuntime(), path => readFile(path))
      folder.running = false
      return folder
    },
  ],
  [
    'of files',
    async () => {
      const dataDir = await mkdtemp(join(home, 'k3s-'))
      await mkdir(join(dataDir, 'agent'))
      return imagesFolder(dataDir)
    },
  ],
])('a folder %s', (_, open: () => Promise<ImagesFolder>) => {
  let folder: ImagesFolder
  beforeEach(async () => {
    folder = await open()
  })

  it('is an absolute path of K3s’s, and empty at first', async () => {
    expect(folder.path).toMatch(/^\/.*\/agent\/images$/)
    await folder.require()
    await folder.tidy()
    expect(await folder.names()).toEqual([])
    expect(await folder.remembered()).toEqual(new Set())
    expect(await folder.free()).toBeGreaterThan(1_000_000)
  })

  it('has what is written, in order of names', async () => {
    await folder.write('b.tar', parts('b', 'b'))
    await folder.write('a.tar', parts('a'))
    expect(await folder.names()).toEqual(['a.tar', 'b.tar'])
    expect(await contentOf(folder, 'b.tar')).toBe('bb')
  })

  it('writes anew over what is there, and leaves that where it fails', async () => {
    await folder.write('a.tar', parts('old'))
    const fault = new Error('the stick was pulled')
    await expect(folder.write('a.tar', parts('n', fault))).rejects.toBe(fault)
    expect(await contentOf(folder, 'a.tar')).toBe('old')
    await folder.write('a.tar', parts('new'))
    expect(await contentOf(folder, 'a.tar')).toBe('new')
  })

  it('takes a file from elsewhere under a second name', async () => {
    const file = join(home, 'bundle.tar')
    await writeFile(file, 'bundle')
    const source = await nodeFiles().openBundle(file)
    expect(await folder.canLink(source)).toBe(true)
    expect(await folder.link(source, 'a.tar')).toBe(true)
    await source.close()
    expect(await contentOf(folder, 'a.tar')).toBe('bundle')
  })

  it('gives another name, and takes away, once and again', async () => {
    await folder.write('a.tar', parts('a'))
    await folder.rename('a.tar', 'b.tar')
    expect(await folder.names()).toEqual(['b.tar'])
    for (const _ of ['once', 'again']) await folder.remove('b.tar')
    expect(await folder.names()).toEqual([])
  })
})
