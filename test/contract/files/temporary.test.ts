/** Sweeps of temporary folders where it needs root: other users' folders and processes, other machines, and mounts. */
import { existsSync } from 'node:fs'
import { chown, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { isGone, ownMark } from '../../../src/adapters/owner.ts'
import { sweep } from '../../../src/adapters/temporary.ts'
import { freshFolder } from './setting.ts'

const at = freshFolder()

/** A folder of a process that is gone: of an earlier boot. */
async function leftFolder(end: string): Promise<string> {
  const mark = ((await ownMark()) ?? '').split('-').with(1, '00000000').join('-')
  const path = at(`sealift-tool-${mark}-${end}`)
  await mkdir(path)
  return path
}

test('another user’s folder stays', async () => {
  const path = await leftFolder('other1')
  await chown(path, 65534, 65534)
  await sweep(at())
  expect(existsSync(path)).toBe(true)
})

test('a folder stays while something is mounted in it, and goes afterwards', async () => {
  const path = await leftFolder('mount1')
  const inside = join(path, 'a b')
  await mkdir(inside)
  await execa('mount', ['-t', 'tmpfs', 'none', inside])
  try {
    await mkdir(join(inside, 'theirs'))
    await sweep(at())
    expect(existsSync(join(inside, 'theirs'))).toBe(true)
  } finally {
    await execa('umount', [inside])
  }
  await sweep(at())
  expect(existsSync(path)).toBe(false)
})

/** Runs a module text in a mount namespace of its own that a shell text sets up first; gives what it prints. */
async function elsewhere(setup: string, text: string): Promise<string> {
  const owner = join(import.meta.dirname, '../../../src/adapters/owner.ts')
  const module = `import { isGone, ownMark } from '${owner}'\n${text}`
  const script = `${setup} && exec "$0" --input-type=module -e "$1"`
  return (await execa('unshare', ['--mount', 'sh', '-ec', script, process.execPath, module])).stdout
}

test('a machine of the same name, but with another id, is another one', async () => {
  await writeFile(at('machine-id'), '0123456789abcdef0123456789abcdef\n')
  const mark = async (setup: string) => (await elsewhere(setup, 'console.log(await ownMark())')).split('-')
  const [own, other] = [await mark('true'), await mark(`mount --bind ${at('machine-id')} /etc/machine-id`)]
  expect(own.slice(0, 3)).toEqual(((await ownMark()) ?? '').split('-').slice(0, 3))
  expect(other[0]).not.toBe(own[0])
  expect(await isGone(own.with(3, '4194305').join('-'))).toBe(true)
  expect(await isGone(other.with(3, '4194305').join('-'))).toBe(false)
})

test('a process that /proc hides from this user lives; one that is not there is gone', async () => {
  const mark = (await ownMark()) ?? ''
  const marks = [mark, mark.split('-').with(3, '4194305').join('-')]
  // Group 0 would see all the same.
  const asked = `process.setgroups([]), process.setgid(65534), process.setuid(65534)
    for (const mark of ${JSON.stringify(marks)}) console.log(await isGone(mark))`
  expect(await elsewhere('mount -t proc -o hidepid=2 proc /proc', asked)).toBe('false\ntrue')
})
