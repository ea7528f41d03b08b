import { expect, test } from 'vitest'
import { parseDescription } from '../../../../src/site/backup/format.ts'
import { rejection } from '../wire/memory.ts'
import { about } from './archives.ts'

const parsed = async (value: unknown) => parseDescription(Buffer.from(JSON.stringify(value)), 'x.age')

test('what an archive says of itself is read as it is', async () => {
  expect(await parsed(about)).toEqual(about)
})

test('of many faults twelve are told, fit for a screen', async () => {
  const rows = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`\u001b[2J${n}`, -1]))
  const { code, faults } = await rejection(parsed({ ...about, database: { ...about.database, rows } }))
  expect(code).toBe('BACKUP_INVALID')
  expect(faults).toHaveLength(12)
  expect(faults[0]).toContain('backup.json: database.rows.\\u{1b}[2J0')
})
