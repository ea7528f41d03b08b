import { Header } from 'tar'
import { expect, test } from 'vitest'
import { entryHeader, paddedSize, readHeader } from '../../../../src/kernel/archive/index.ts'

test.each([
  ['index.json', 'file', 1234],
  ['blobs/', 'folder', 0],
  [`blobs/sha256/${'a'.repeat(64)}`, 'file', 8 * 2 ** 30 - 1],
  [`blobs/sha256/${'b'.repeat(64)}`, 'file', 40 * 2 ** 30],
] as const)('%s is read as it was written', (name, kind, size) => {
  const mtime = 1_700_000_000
  expect(readHeader(entryHeader(name, kind, size, mtime))).toEqual({ kind, name, size, mtime })
})

test('a header holds no more than name, size, time and a fixed mode', () => {
  const header = new Header(entryHeader('index.json', 'file', 7, 86_400))
  expect(header).toMatchObject({
    path: 'index.json',
    size: 7,
    mode: 0o644,
    uid: 0,
    gid: 0,
    uname: '',
    gname: '',
  })
  expect(header.mtime?.getTime()).toBe(86_400_000)
})

test('bodies are padded to whole blocks', () => {
  expect([0, 1, 512, 513].map(paddedSize)).toEqual([0, 512, 512, 1024])
})

test('names and times that do not fit are refused', () => {
  expect(() => entryHeader('x'.repeat(100), 'file', 0, 0)).toThrow(RangeError)
  for (const time of [-1, 1.5, 0o77777777777 + 1, Number.NaN]) {
    expect(() => entryHeader('x', 'file', 0, time)).toThrow(RangeError)
  }
})

/** Changes a block and sets its checksum right again, as someone with intent would. */
function forged(change: (block: Buffer) => void): Buffer {
  const block = entryHeader('index.json', 'file', 10, 0)
  change(block)
  block.fill(' ', 148, 156)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}

test.each([
  ['1', 'hard link'],
  ['2', 'symbolic link'],
  ['3', 'character device'],
  ['6', 'pipe'],
  ['x', 'pax header'],
  ['g', 'pax header'],
  ['L', 'GNU long name'],
  ['K', 'GNU long link'],
  ['S', 'sparse file'],
  ['V', 'neither a regular file nor a folder'],
  ['\0', 'neither a regular file nor a folder'],
])('type %j is refused as %s, with its name', (type, what) => {
  const reading = readHeader(forged(block => block.write(type, 156, 'latin1')))
  expect(reading).toMatchObject({ kind: 'fault', name: 'index.json', message: expect.stringContaining(what) })
})

test.each([
  ['a prefix that makes another name', (block: Buffer) => block.write('../..', 345)],
  ['a name of a link target', (block: Buffer) => block.write('/etc/shadow', 157)],
  ['an owner', (block: Buffer) => block.write('root', 265)],
  ['bytes after the end of the name', (block: Buffer) => block.write('hidden', 60)],
  ['a mode that lets everyone write', (block: Buffer) => block.write('000666 \0', 100)],
  ['the magic of GNU tar', (block: Buffer) => block.write('ustar  \0', 257)],
  ['bytes in the unused end', (block: Buffer) => block.write('x', 505)],
  ['a size in another number form', (block: Buffer) => block.write('         12 ', 124)],
])('%s is refused', (_, change) => {
  expect(readHeader(forged(block => void change(block)))).toMatchObject({
    kind: 'fault',
    size: expect.any(Number),
  })
})

test('a flipped bit anywhere is found', () => {
  const sound = entryHeader(`blobs/sha256/${'c'.repeat(64)}`, 'file', 99, 5)
  for (let at = 0; at < sound.length * 8; at++) {
    const block = Buffer.from(sound)
    block[at >> 3] = (block[at >> 3] ?? 0) ^ (1 << (at & 7))
    expect(readHeader(block).kind, `bit ${at}`).toBe('fault')
  }
})

test('negative and monstrous sizes are faults', () => {
  const base256 = (bytes: number[]) => forged(block => block.set(bytes, 124))
  expect(readHeader(base256(Array(12).fill(0xff)))).toMatchObject({ kind: 'fault' })
  expect(readHeader(base256([0x80, 0x7f, ...Array(10).fill(0xff)]))).toMatchObject({ kind: 'fault' })
})

test('a block of zeros is the end', () => {
  expect(readHeader(new Uint8Array(512))).toEqual({ kind: 'end' })
})
