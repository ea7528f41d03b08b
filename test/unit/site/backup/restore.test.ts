import { expect, test } from 'vitest'
import { parseSite } from '../../../../src/kernel/inputs/index.ts'
import type { SiteHost } from '../../../../src/kernel/ports/index.ts'
import { rehearseBackup, restoreBackup } from '../../../../src/site/backup/index.ts'
import { rehearse, restore } from '../../../../src/site/verbs/restore.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { memoryFiles } from '../../../support/memory-files.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { smallSite } from '../wire/sites.ts'
import { sealedArchive } from './archives.ts'

const site = parseSite(smallSite, 'site.yaml')

/** A host of which nothing but its files may be asked: what asks is noted. */
function untouched() {
  const asked: string[] = []
  const files = memoryFiles()
  const port = (name: string) =>
    new Proxy(
      {},
      {
        get: (_, key) => () => {
          asked.push(`${name}.${String(key)}`)
          throw new Error('nobody is to be asked')
        },
      },
    )
  const ports = Object.fromEntries(
    ['cluster', 'database', 'programs', 'cache'].map(name => [name, port(name)]),
  )
  const host = { ...ports, files, clock: new ManualClock() } as unknown as SiteHost
  return { host, files, asked }
}

test.each([
  ['its last byte', -1],
  ['a byte of its last part', -30_000],
])('where another bit is in %s, no server is asked, and so nothing is written', async (_, at) => {
  const { bytes, identity } = await sealedArchive(Buffer.alloc(200_000, 'a dump'))
  const { host, files, asked } = untouched()
  await files.write('x.age', bytes.with(bytes.length + at, (bytes.at(at) ?? 0) ^ 1))
  const which = { site, path: 'x.age', identities: [identity] }
  await expect(restoreBackup(which, host, recordedTalk())).rejects.toMatchObject({ code: 'BACKUP_INVALID' })
  await expect(rehearseBackup(which, host, recordedTalk())).rejects.toMatchObject({ code: 'BACKUP_INVALID' })
  expect(asked).toEqual([])
})

test('one of another site is told before any server is asked', async () => {
  const { bytes, identity } = await sealedArchive(Buffer.alloc(1000, 'a dump'))
  const { host, files, asked } = untouched()
  await files.write('x.age', bytes)
  const other = { ...site, metadata: { name: 'bank-test' } }
  const which = { site: other, path: 'x.age', identities: [identity] }
  await expect(restoreBackup(which, host, recordedTalk())).rejects.toMatchObject({ code: 'WRONG_SITE' })
  await expect(rehearseBackup(which, host, recordedTalk())).rejects.toMatchObject({ code: 'WRONG_SITE' })
  expect(asked).toEqual([])
})

test('a file that is not there is told before a passphrase or any server is asked for', async () => {
  const { host, asked } = untouched()
  const ask = () => Promise.reject(new Error('no passphrase is to be asked for'))
  const request = { site, file: 'mistyped.age', identity: 'identity.txt' }
  const told = { code: 'FILE_FAILED', message: expect.stringContaining('mistyped.age') }
  await expect(restore(request, host, recordedTalk(), ask)).rejects.toMatchObject(told)
  await expect(rehearse(request, host, recordedTalk(), ask)).rejects.toMatchObject(told)
  expect(asked).toEqual([])
})
