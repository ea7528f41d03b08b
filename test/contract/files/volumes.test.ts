/** A bundle in volumes, on this machine: written, read without joining, and whatever may be wrong with them. */
import { readdir, rm, writeFile } from 'node:fs/promises'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import { nodeFiles } from '../../../src/adapters/files/index.ts'
import { digestOf } from '../../../src/kernel/oci/index.ts'
import { filesBelow } from '../../support/files-below.ts'
import { digestIn } from '../../support/sink.ts'
import { freshFolder } from './setting.ts'

const files = nodeFiles()
const at = freshFolder()

describe('volumes', () => {
  const path = () => at('bundle.tar')
  const content = Buffer.from(Array.from({ length: 25 }, (_, i) => i))

  async function write(size: number, volumeSize: number | undefined): Promise<void> {
    const sink = await files.createBundle(path(), volumeSize)
    await sink.allocate(size)
    await sink.write(content.subarray(7, size), 7)
    await sink.write(content.subarray(0, 7), 0)
    await sink.commit()
  }

  async function read(name: string): Promise<Buffer> {
    const source = await files.openBundle(at(name))
    expect(source.path).toBe(path())
    const bytes = Buffer.from(await source.read(0, source.size))
    await source.close()
    return bytes
  }

  test('are the bundle cut into pieces, with a list that sha256sum reads', async () => {
    await write(25, 10)
    expect(await filesBelow(files, at())).toEqual([
      'bundle.tar.001',
      'bundle.tar.002',
      'bundle.tar.003',
      'bundle.tar.sha256',
    ])
    const check = 'sha256sum -c bundle.tar.sha256 && cat bundle.tar.0* | wc -c'
    const { stdout } = await execa('sh', ['-c', check], { cwd: at() })
    expect(stdout.split('\n')).toEqual([1, 2, 3].map(i => `bundle.tar.00${i}: OK`).concat('25'))
  })

  test.each(['bundle.tar', 'bundle.tar.001', 'bundle.tar.002', 'bundle.tar.sha256'])(
    'are read as one file, named by %s',
    async name => {
      await write(25, 10)
      expect(await read(name)).toEqual(content)
    },
  )

  test('are read without their list too', async () => {
    await write(20, 10)
    await rm(`${path()}.sha256`)
    expect(await read('bundle.tar')).toEqual(content.subarray(0, 20))
  })

  test('one is read across its borders', async () => {
    await write(25, 10)
    const source = await files.openBundle(path())
    expect([...(await source.read(8, 14))]).toEqual([...content.subarray(8, 22)])
    expect(source.volumes?.map(({ name, offset, size }) => [name, offset, size])).toEqual([
      ['bundle.tar.001', 0, 10],
      ['bundle.tar.002', 10, 10],
      ['bundle.tar.003', 20, 5],
    ])
    await expect(source.read(20, 6)).rejects.toMatchObject({ code: 'BUNDLE_DAMAGED' })
    await source.close()
  })

  test.each(['001', '002', '003'])('a missing .%s is named', async number => {
    await write(25, 10)
    await rm(`${path()}.${number}`)
    await expect(files.openBundle(path())).rejects.toMatchObject({
      code: 'BUNDLE_DAMAGED',
      message: `volume bundle.tar.${number} is missing`,
    })
  })

  test('one that was cut off is named', async () => {
    await write(25, 10)
    await writeFile(`${path()}.002`, content.subarray(0, 9))
    await expect(files.openBundle(path())).rejects.toMatchObject({
      code: 'BUNDLE_DAMAGED',
      message: expect.stringContaining('volume bundle.tar.002 has 9 bytes, the first has 10'),
    })
  })

  test.each([
    ['names another file', 'x'.repeat(64)],
    ['leads elsewhere', `${'0'.repeat(64)}  ../../etc/passwd\n`],
    ['leaves one out', `${'0'.repeat(64)}  bundle.tar.002\n`],
  ])('a list that %s is refused', async (_, text) => {
    await write(25, 10)
    await writeFile(`${path()}.sha256`, text)
    await expect(files.openBundle(path())).rejects.toMatchObject({ code: 'BUNDLE_MALFORMED' })
  })

  test('of an earlier build go when there are fewer of them, or none', async () => {
    await write(25, 5)
    await write(25, 10)
    expect((await filesBelow(files, at())).length).toBe(4)
    await write(25, undefined)
    expect(await filesBelow(files, at())).toEqual(['bundle.tar'])
    await write(25, 10)
    expect(await read('bundle.tar')).toEqual(content)
    expect(await files.exists(path())).toBe(false)
  })

  test("somebody's own checksum beside a whole bundle is left alone, and a dated copy too", async () => {
    await write(25, undefined)
    const own = `${'0'.repeat(64)}  bundle.tar\n`
    await writeFile(`${path()}.sha256`, own)
    await writeFile(`${path()}.20261124`, 'a copy')
    expect(await read('bundle.tar')).toEqual(content)
    await write(25, undefined)
    expect(await files.readText(`${path()}.sha256`)).toBe(own)
    expect(await files.readText(`${path()}.20261124`)).toBe('a copy')
    await write(25, 10)
    await write(25, undefined)
    expect(await filesBelow(files, at())).toEqual(['bundle.tar', 'bundle.tar.20261124'])
  })

  test('an interrupted run goes on in volumes', async () => {
    const sink = await files.createBundle(path(), 10)
    await sink.allocate(25)
    await sink.note('one')
    await sink.write(content.subarray(8, 22), 8)
    await sink.keep()
    await expect(files.openBundle(at('bundle.tar.001.partial'))).rejects.toMatchObject({
      code: 'BUNDLE_MALFORMED',
      message: expect.stringContaining('is a bundle that is not finished'),
    })
    const again = await files.createBundle(path(), 10)
    expect(again.notes).toEqual(['one'])
    await again.allocate(25)
    expect(await digestIn(again, 8, 14)).toBe(digestOf(content.subarray(8, 22)))
    await again.discard()
    expect(await readdir(at())).toEqual([])
  })
})
