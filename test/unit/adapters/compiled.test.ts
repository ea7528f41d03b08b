import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, test } from 'vitest'

const door = JSON.stringify(join(import.meta.dirname, '../../../src/adapters/compiled/index.ts'))
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-code-'))
  await write(
    'main.cjs',
    `const { say } = require('./part.cjs'); say(require('node:path').basename(__filename))`,
  )
  await write('part.cjs', `exports.say = what => console.log(what, require('./main.cjs') !== undefined)`)
})
afterEach(() => rm(folder, { recursive: true }))

const write = (name: string, text: string) => writeFile(join(folder, name), text)
const kept = () => join(folder, 'compiled', 'verb')

/** Runs the program of the folder; its output and exit code. */
async function run(keptIn = kept()): Promise<readonly [string, number | undefined]> {
  const code = `
    import { filesIn, keepCode, readCode, runCompiled } from ${door}
    const kept = ${JSON.stringify(keptIn)}
    const atEnd = ({ status, news, code }) => news && status === 0 && keepCode(kept, code)
    runCompiled({ ...filesIn(${JSON.stringify(folder)}), code: readCode(kept), atEnd }, 'main.cjs')`
  const words = ['--input-type=module', '-e', code]
  const { stdout, stderr, exitCode } = await execa(process.execPath, words, { reject: false })
  return [stdout || stderr.split('\n').find(line => line.includes('Error')) || '', exitCode]
}

test('files ask for one another and for Node, each loaded once, and what V8 made of them is kept once', async () => {
  expect(await run()).toEqual(['main.cjs true', 0])
  const { ino } = await stat(kept())
  expect(await run()).toEqual(['main.cjs true', 0])
  expect((await stat(kept())).ino).toBe(ino)
  expect(await readdir(join(folder, 'compiled'))).toEqual(['verb'])
})

test('what no escape is made of, as in an expression or a tagged template, is read as it was written', async () => {
  await write('main.cjs', 'console.log(/^\\d+µs$/.test("5\\u00b5s"), String.raw`→`)')
  expect(await run()).toEqual(['true →', 0])
  expect(await run()).toEqual(['true →', 0])
})

test('a file that could not be loaded is not there in part for whoever asks again', async () => {
  const asking = `try { console.log(Object.keys(require('./late.cjs')).join()) } catch (error) { console.log(error.message.slice(0, 6)) }`
  await write('main.cjs', `${asking}; ${asking}`)
  expect(await run()).toEqual(['ENOENT\nENOENT', 0])
  await write('late.cjs', `exports.half = 1; throw new Error('no good')`)
  expect(await run()).toEqual(['no goo\nno goo', 0])
})

test('nobody else may write it, whatever the umask', async () => {
  const before = process.umask(0)
  await run().finally(() => process.umask(before))
  for (const path of [kept(), join(folder, 'compiled')]) expect((await stat(path)).mode & 0o022).toBe(0)
})

test('what another run needs besides is kept with it', async () => {
  await run()
  const { size } = await stat(kept())
  await write('other.cjs', `exports.more = () => 'more'`)
  await write('main.cjs', `console.log(require('./other.cjs').more())`)
  expect(await run()).toEqual(['more', 0])
  expect((await stat(kept())).size).toBeGreaterThan(size)
})

test.each([
  ['cut off', (bytes: Buffer) => bytes.subarray(0, -10)],
  ['of another program', () => Buffer.from('{"a":3}\nabc')],
  ['nothing that it could be', () => Buffer.from('[')],
  ['empty', () => Buffer.alloc(0)],
])('what is kept is not used where it is %s, and made anew', async (_, spoil) => {
  await run()
  await writeFile(kept(), spoil(await readFile(kept())))
  expect(await run()).toEqual(['main.cjs true', 0])
  expect((await stat(kept())).size).toBeGreaterThan(500)
})

test('a run that fails keeps nothing, and fails as it would', async () => {
  await write('main.cjs', `process.exitCode = 7`)
  expect(await run()).toEqual(['', 7])
  await write('main.cjs', `throw new Error('no good')`)
  expect(await run()).toEqual([expect.stringContaining('no good'), 1])
  await expect(readdir(join(folder, 'compiled'))).rejects.toThrow('ENOENT')
})

test('what is kept is used wherever the folder lies, in whatever script its name is', async () => {
  await run()
  const text = await readFile(kept(), 'latin1')
  const before = folder
  folder = `${before}-用户`
  await rename(before, folder)
  expect(await run()).toEqual(['main.cjs true', 0])
  expect(await readFile(kept(), 'latin1')).toBe(text)
})

test('what could not be kept leaves nothing behind', async () => {
  await mkdir(join(kept(), 'in the way'), { recursive: true })
  expect(await run()).toEqual(['main.cjs true', 0])
  expect(await readdir(join(folder, 'compiled'))).toEqual(['verb'])
})

test('another run that writes, as one that was killed, is not written into', async () => {
  await write(
    'main.cjs',
    `require('node:fs').writeFileSync(${JSON.stringify(kept())} + '.' + process.pid, 'other')`,
  )
  await mkdir(join(folder, 'compiled'))
  await run()
  const [mine, other = ''] = await readdir(join(folder, 'compiled'))
  expect(mine).toBe('verb')
  expect(await readFile(join(folder, 'compiled', other), 'utf8')).toBe('other')
})

test('where nothing can be kept, the program runs', async () => {
  expect(await run(join(folder, 'main.cjs', 'verb'))).toEqual(['main.cjs true', 0])
})
