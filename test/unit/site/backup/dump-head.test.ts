import { expect, test } from 'vitest'
import { dumpOnly } from '../../../../src/site/backup/dump-head.ts'
import { gathered, pieces } from './archives.ts'

const tools = { where: 'image postgres:17.5 (database.tools)', hints: ['name another'] }
const through = (text: string, size: number) => gathered(dumpOnly(pieces(Buffer.from(text), size), tools))

test.each([1, 2, 5, 1000])('a dump goes through as it is, in pieces of %i', async size => {
  expect((await through('PGDMP\u0001 and more', size)).toString()).toBe('PGDMP\u0001 and more')
})

test.each(['', 'PGDM', 'Defaulted container\nPGDMP', '-- PostgreSQL database dump'])(
  'what is none is refused: %j',
  async text => {
    for (const size of [1, 1000])
      await expect(through(text, size)).rejects.toMatchObject({
        code: 'BACKUP_FAILED',
        message: 'what pg_dump of image postgres:17.5 (database.tools) writes is no dump',
        hints: ['the site runs as before, and no archive was written', 'name another'],
      })
  },
)
