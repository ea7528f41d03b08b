import { expect, test } from 'vitest'
import { keepNewest, nameOf, removeArchive, removePartials } from '../../../../src/site/backup/names.ts'
import { memoryFiles } from '../../../support/memory-files.ts'

const at = (day: number) => Date.UTC(2026, 10, day, 4, 30)
const name = (site: string, day: number) => nameOf(site, at(day), `${day}`.padStart(64, 'a'))

async function folder(...names: readonly string[]) {
  const files = memoryFiles()
  for (const one of names) await files.write(`safe/${one}`, one)
  const left = async () => (await files.entries('safe')).map(entry => entry.name)
  return { files, left }
}

test('a name says the site, the time and the beginning of the digest', () => {
  expect(nameOf('bank-prod', at(30), 'ab'.repeat(32))).toBe(
    'bank-prod-20261130T043000Z-abababababab.backup.age',
  )
})

test('older ones go, and nothing else', async () => {
  const others = [
    name('bank', 1),
    name('bank-prod-2', 1),
    'bank-prod-notes.txt',
    `${name('bank-prod', 1)}.partial`,
  ]
  const { files, left } = await folder(...others, ...[3, 1, 2].map(day => name('bank-prod', day)))
  const made = `safe/${name('bank-prod', 3)}`
  expect(await keepNewest(files, made, 'bank-prod', 2)).toEqual([`safe/${name('bank-prod', 1)}`])
  expect(await left()).toEqual([...others, name('bank-prod', 2), name('bank-prod', 3)].sort())
  expect(await keepNewest(files, made, 'bank-prod', 2)).toEqual([])
})

test.each([
  ['the newest', 2, 0, [2]],
  ['the newest, by its time', 2, 1, [2]],
  ['one whose clock is behind, and the newest of the others', 1, 2, [1, 3]],
  ['one whose clock is behind', 1, 1, [1]],
])('what was just written never goes: %s', async (_, day, keep, days) => {
  const { files, left } = await folder(
    ...[1, 2, 3].slice(0, day === 2 ? 2 : 3).map(one => name('bank-prod', one)),
  )
  await keepNewest(files, `safe/${name('bank-prod', day)}`, 'bank-prod', keep)
  expect(await left()).toEqual(days.map(one => name('bank-prod', one)))
})

test('what a killed run has left goes, of this site alone', async () => {
  const partial = (site: string) => `${site}-20261130T043000Z.backup.age.partial`
  const { files, left } = await folder(partial('bank-prod'), partial('bank'), name('bank-prod', 1))
  await removePartials(files, 'safe', 'bank-prod')
  expect(await left()).toEqual([name('bank-prod', 1), partial('bank')].sort())
  await removePartials(files, 'no-such-folder', 'bank-prod')
})

test('one goes that a record names by path and digest, and nothing else that a record may name', async () => {
  const digest = 'ab'.repeat(32)
  const own = nameOf('bank-prod', at(3), digest)
  const others = [name('bank-prod', 1), 'notes.txt']
  const { files, left } = await folder(own, ...others)
  const remove = (path: string, of = digest) =>
    removeArchive(files, 'safe', 'bank-prod', { path, digest: of })
  expect(await remove(`/elsewhere/notes.txt`)).toBe(false)
  expect(await remove(`safe/${name('bank-prod', 1)}`)).toBe(false)
  expect(await remove(`safe/${own}`, 'cd'.repeat(32))).toBe(false)
  expect(await removeArchive(files, 'gone', 'bank-prod', { path: own, digest })).toBe(false)
  expect(await left()).toEqual([own, ...others].sort())
  expect(await remove(`safe/${own}`)).toBe(true)
  expect(await left()).toEqual([...others].sort())
})
