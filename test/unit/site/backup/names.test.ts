import { expect, test } from 'vitest'
import { keepNewest, nameOf, removePartials } from '../../../../src/site/backup/names.ts'
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
  const kept = { keep: 2, made: `safe/${name('bank-prod', 3)}` }
  expect(await keepNewest(files, 'safe', 'bank-prod', kept)).toEqual([`safe/${name('bank-prod', 1)}`])
  expect(await left()).toEqual([...others, name('bank-prod', 2), name('bank-prod', 3)].sort())
  expect(await keepNewest(files, 'safe', 'bank-prod', kept)).toEqual([])
})

test.each([
  [2, 'the newest'],
  [1, 'one that was written before others, as a clock says that was put right since'],
])('what was written just now never goes: that of day %i, %s', async (day, _) => {
  const { files, left } = await folder(name('bank-prod', 1), name('bank-prod', 2))
  await keepNewest(files, 'safe', 'bank-prod', { keep: 1, made: `safe/${name('bank-prod', day)}` })
  expect(await left()).toEqual([name('bank-prod', day)])
})

test('what a killed run has left goes, of this site alone', async () => {
  const partial = (site: string) => `${site}-20261130T043000Z.backup.age.partial`
  const { files, left } = await folder(partial('bank-prod'), partial('bank'), name('bank-prod', 1))
  await removePartials(files, 'safe', 'bank-prod')
  expect(await left()).toEqual([name('bank-prod', 1), partial('bank')].sort())
  await removePartials(files, 'no-such-folder', 'bank-prod')
})
