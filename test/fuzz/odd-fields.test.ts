/** Every field of what others write, in every odd form: read as if it were not there, or refused in clear words. */
import { expect, test } from 'vitest'
import { wronglyTaken } from '../support/odd-fields.ts'
import { readers } from './readers.ts'

test.each(Object.entries(readers))('%s may have any field in any odd form', async (_, reader) => {
  expect(await wronglyTaken(reader.sound, document => reader.read(JSON.stringify(document)), reader)).toEqual(
    [],
  )
})
